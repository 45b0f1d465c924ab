#include "common/base/base64.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <random>

namespace metricstream {
namespace {

using testing::Optional;

std::string encoded(const std::string& data) {
  std::string out(data.size() / 3 * 4 + 5, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(data.data()), static_cast<int>(data.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

TEST(Base64, DecodesTheExamplesOfTheRfc) {
  EXPECT_THAT(decode_base64(""), Optional(std::string()));
  EXPECT_THAT(decode_base64("Zg=="), Optional(std::string("f")));
  EXPECT_THAT(decode_base64("Zm8="), Optional(std::string("fo")));
  EXPECT_THAT(decode_base64("Zm9v"), Optional(std::string("foo")));
  EXPECT_THAT(decode_base64("Zm9vYmFy"), Optional(std::string("foobar")));
}

TEST(Base64, RefusesWhatIsNotTheOneTextOfAValue) {
  for (const char* bad :
       {"Z",    "Zg",   "Zg=",  "Zm8",    "Zg===", "=",     "==",   "====",     "Zm9v=", "Zm9v====", "Zg==Zg==",
        "Z=g=", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm 9v", "Zm-_", "Zm9v!A==", "Zg== ", "\u00e4aa"}) {
    EXPECT_EQ(decode_base64(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(decode_base64(std::string_view("Zm\0v", 4)), std::nullopt);
}

TEST(Base64, RefusesEveryByteOutsideTheAlphabet) {
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = {'A', static_cast<char>(byte), 'A', 'A'};
    EXPECT_EQ(decode_base64(text).has_value(), alphabet.contains(static_cast<char>(byte))) << byte;
  }
}

TEST(Base64, GivesBackWhateverWasEncodedAndNothingForAChangedEnd) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string data(random() % 50, '\0');
    for (char& c : data) c = static_cast<char>(random());
    const std::string text = encoded(data);
    ASSERT_THAT(decode_base64(text), Optional(data));
    if (text.empty()) continue;
    EXPECT_EQ(decode_base64(text.substr(0, text.size() - 1)), std::nullopt);
    EXPECT_EQ(decode_base64(text + "="), std::nullopt);
  }
}

}  // namespace
}  // namespace metricstream
