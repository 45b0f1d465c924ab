#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/model/rejection.hpp"

namespace metricstream::testing {

// The members of a random body, each with its JSON text and what it means by the rules.
class RandomParts {
 protected:
  using Members = std::vector<std::pair<std::string, std::string>>;  // key and JSON text
  struct Value {
    std::string text;
    std::optional<Reason> fault;
    double value = 0;
  };
  struct Tags {
    std::optional<std::string> text;  // none: no member
    std::optional<Reason> fault;      // the first, in the order of the text
    std::map<std::string, std::string> tags;
  };
  struct Time {
    std::optional<std::string> text;
    std::optional<Reason> fault;
    TimeNs time = 0;
  };

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  bool chance(std::size_t n) { return below(n) == 0; }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

  std::string space() { return chance(8) ? one_of<std::string>({" ", "  ", "\t"}) : ""; }

  // A JSON string for ASCII text, now and then with escapes.
  std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (static_cast<unsigned char>(c) < 0x20 || chance(60)) {
        char hex[8];
        std::snprintf(hex, sizeof hex, "\\u%04x", static_cast<unsigned char>(c));
        out += hex;
      } else {
        out += c;
      }
    }
    return out + "\"";
  }

  std::string object(Members members, bool shuffle = true) {
    if (shuffle) std::ranges::shuffle(members, random_);
    std::string out = "{" + space();
    for (std::size_t i = 0; i < members.size(); ++i) {
      out += (i > 0 ? "," : "") + space() + quoted(members[i].first) + space() + ":" + space() + members[i].second;
    }
    return out + space() + "}";
  }

  Value make_value() {
    if (chance(6)) {
      const std::string bad = one_of<std::string>({"\"1\"", "true", "null", "[]", "{\"a\":[1]}", "1e999"});
      return {bad, bad == "1e999" ? Reason::value_out_of_range : Reason::invalid_value};
    }
    if (chance(2)) {
      const auto number = static_cast<std::int64_t>(random_()) >> below(63);
      return {std::to_string(number), std::nullopt, static_cast<double>(number)};
    }
    const double number = std::uniform_real_distribution<double>(-1e6, 1e6)(random_);
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", number);
    return {text, std::nullopt, number};
  }

  Tags make_tags() {
    Tags out;
    if (chance(3)) return out;
    if (chance(25)) {
      out.text = one_of<std::string>({"null", "[]", "\"a\"", "1"});
      out.fault = Reason::invalid_tag;
      return out;
    }
    std::vector<std::string> keys{"host", "dc", "core", "os", "a b", "k=v", "rack"};
    if (chance(12)) {
      for (int i = 0; i < 18; ++i) keys.push_back("k" + std::to_string(i));
    } else {
      keys.resize(1 + below(5));
    }
    if (chance(20)) keys.push_back(one_of<std::string>({"time", "p50", "_x", "bad\n", "bad\\", std::string(65, 'k')}));
    std::ranges::shuffle(keys, random_);
    Members members;
    for (const std::string& key : keys) {
      std::string value = one_of<std::string>({"1", "2", "web-1", "eu", ""});
      if (chance(50)) value = one_of<std::string>({"bad\x01", "bad\\", std::string(257, 'v')});
      if (chance(60)) {
        members.emplace_back(key, one_of<std::string>({"1", "null", "{\"a\":1}", "true"}));
        if (!out.fault) out.fault = Reason::invalid_tag;
        continue;
      }
      members.emplace_back(key, quoted(value));
      if (value.empty()) continue;
      if (!out.fault) out.fault = tag_fault(key, value);
      out.tags[key] = value;
    }
    out.text = object(members, false);
    return out;
  }

  static std::optional<Reason> tag_fault(const std::string& key, const std::string& value) {
    if (key.size() > 64) return Reason::tag_key_too_long;
    if (key == "time" || key == "p50" || key == "_x") return Reason::reserved_tag;
    if (key.starts_with("bad")) return Reason::invalid_tag;
    if (value.size() > 256) return Reason::tag_value_too_long;
    if (value.starts_with("bad")) return Reason::invalid_tag;
    return std::nullopt;
  }

  Time make_time() {
    Time out;
    if (chance(3)) return out;
    if (chance(12)) {
      out.text = one_of<std::string>({"null", "\"yesterday\"", "[]", "true", "1e40"});
      out.fault = Reason::invalid_timestamp;
      return out;
    }
    if (chance(8)) {
      out.text = "1600000000";
      out.fault = Reason::too_old;
      return out;
    }
    const TimeNs minute = static_cast<TimeNs>(below(100)) - 60;  // from an hour ago to 39 minutes ahead
    out.time = now_ + minute * kMinute;
    const TimeNs seconds = out.time / kSecond;
    switch (below(4)) {
      case 0:
        out.text = std::to_string(seconds);
        break;
      case 1:
        out.time += 123 * kMillisecond;
        out.text = std::to_string(seconds) + "123";
        break;
      case 2:
        out.time += 123'456'789;
        out.text = std::to_string(seconds) + ".123456789";
        break;
      default:
        out.time += 7;
        out.text = std::to_string(out.time);
    }
    return out;
  }

  static std::optional<Reason> name_rule(const std::string& name) {
    if (name.size() > 128) return Reason::name_too_long;
    static const std::string start = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    if (name.empty() || start.find(name.front()) == std::string::npos ||
        name.find_first_not_of(start + "0123456789.:/-") != std::string::npos) {
      return Reason::invalid_name;
    }
    return std::nullopt;
  }

  RandomParts(std::mt19937_64& random, TimeNs now) : random_(random), now_(now) {}

  std::mt19937_64& random_;
  TimeNs now_;
};

}  // namespace metricstream::testing
