#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/codec/json_batch.hpp"
#include "tests/unit/codec/sample_facts.hpp"

namespace metricstream::testing {

constexpr TimeNs kNow = 1'737'000'000 * kSecond;

// One decoder for all tests of a case, as in a server: nothing of one body may show in the next.
class JsonBatch : public ::testing::Test {
 protected:
  DecodeSummary decode(std::string_view body) {
    body_ = body;
    DecodeResult result = decoder_.decode(body_, kNow, options_, batch_);
    if (!result) {
      ADD_FAILURE() << body << "\nrefused at byte " << result.error().position << ": " << result.error().message;
      return {};
    }
    EXPECT_EQ(result->received, result->accepted + result->rejected);
    EXPECT_EQ(result->accepted, batch_.size());
    return std::move(*result);
  }
  DecodeError refuse(std::string_view body) {
    body_ = body;
    DecodeResult result = decoder_.decode(body_, kNow, options_, batch_);
    if (result) {
      ADD_FAILURE() << "accepted: " << body;
      return {};
    }
    return result.error();
  }
  // "name{key=value,...}=value" of each sample.
  std::vector<std::string> samples() const {
    std::vector<std::string> out;
    for (const SampleFacts& facts : facts_of(batch_)) {
      std::string text = facts.name + "{";
      for (const auto& [key, value] : facts.tags) text += (text.back() == '{' ? "" : ",") + key + "=" + value;
      out.push_back(text + "}=" + ::testing::PrintToString(facts.value));
    }
    return out;
  }
  // The reason of a body's only sample.
  std::string reason(std::string_view body) {
    const DecodeSummary summary = decode(body);
    EXPECT_EQ(summary.received, 1U) << body;
    if (summary.rejections.empty()) return "accepted";
    return std::string(to_string(summary.rejections[0].reason)) + " " + summary.rejections[0].field;
  }
  TimeNs time(std::string_view body) {
    decode(body);
    return batch_.size() == 1 ? batch_.timestamps[0] : -1;
  }
  DecodeError::Kind kind(std::string_view body) { return refuse(body).kind; }
  std::size_t position(std::string_view body, DecodeError::Kind kind = DecodeError::Kind::malformed) {
    const DecodeError error = refuse(body);
    EXPECT_EQ(error.kind, kind) << body;
    return error.position;
  }

  JsonBatchDecoder decoder_;
  DecodeOptions options_;
  Batch batch_;
  std::string body_;
};

}  // namespace metricstream::testing
