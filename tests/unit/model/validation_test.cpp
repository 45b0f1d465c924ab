#include "common/model/validation.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <string>

namespace metricstream {
namespace {

const BatchLimits kLimits;

std::optional<Reason> reason_of(const std::optional<Fault>& fault) {
  return fault ? std::optional(fault->reason) : std::nullopt;
}
std::optional<Reason> name(std::string_view text) { return reason_of(check_name(text, kLimits)); }
std::optional<Reason> key(std::string_view text) { return reason_of(check_tag_key(text, kLimits)); }
std::optional<Reason> value(std::string_view text) { return reason_of(check_tag_value(text, kLimits)); }
std::optional<Reason> unit(std::string_view text) { return reason_of(check_unit(text)); }

// Each of the 256 bytes: `verdict` of it is true exactly for those in `allowed`.
void expect_bytes(const std::function<bool(char)>& verdict, const std::function<bool(char)>& allowed) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    EXPECT_EQ(verdict(c), allowed(c)) << "byte " << i;
  }
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_control(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }

TEST(Names, each_byte_is_judged_by_its_place) {
  expect_bytes([](char c) { return !name(std::string(1, c)); }, [](char c) { return is_letter(c) || c == '_'; });
  expect_bytes(
      [](char c) { return !name(std::string("a") + c); },
      [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == ':' || c == '/' || c == '-'; });
  EXPECT_EQ(name(""), Reason::invalid_name);
  EXPECT_EQ(name("cpu usage"), Reason::invalid_name);
  EXPECT_EQ(name("#cpu"), Reason::invalid_name);
  EXPECT_EQ(name("cpu\\"), Reason::invalid_name);
  EXPECT_EQ(name("temp\xc3\xa9rature"), Reason::invalid_name);
}

TEST(Names, are_accepted_at_the_limit_and_refused_past_it) {
  EXPECT_EQ(name(std::string(128, 'a')), std::nullopt);
  EXPECT_EQ(name(std::string(129, 'a')), Reason::name_too_long);
}

TEST(TagKeys, hold_any_text_but_control_bytes_and_a_backslash_at_the_end) {
  expect_bytes([](char c) { return !key(std::string("a") + c + "b"); }, [](char c) { return !is_control(c); });
  expect_bytes([](char c) { return !key(std::string("a") + c); }, [](char c) { return !is_control(c) && c != '\\'; });
  EXPECT_EQ(key(""), Reason::invalid_tag);
}

TEST(TagKeys, are_accepted_at_the_limit_and_refused_past_it) {
  EXPECT_EQ(key(std::string(64, 'a')), std::nullopt);
  EXPECT_EQ(key(std::string(65, 'a')), Reason::tag_key_too_long);
}

TEST(TagKeys, that_would_collide_with_what_is_written_beside_them_are_refused) {
  for (const std::string_view reserved :
       {"client_id", "time", "_", "_field", "_measurement", "value", "count", "sum", "min", "max", "avg", "first",
        "last", "stddev", "increase", "p0", "p50", "p99", "p999"}) {
    EXPECT_EQ(key(reserved), Reason::reserved_tag) << reserved;
    EXPECT_TRUE(is_reserved_tag_key(reserved));
  }
  for (const std::string_view free :
       {"client", "Time", "times", "p", "p5x", "pp5", "5p", "values", "a_", "minimum", "host"}) {
    EXPECT_EQ(key(free), std::nullopt) << free;
  }
}

TEST(TagValues, hold_any_text_but_control_bytes_and_a_backslash_at_the_end) {
  expect_bytes([](char c) { return !value(std::string("a") + c + "b"); }, [](char c) { return !is_control(c); });
  expect_bytes([](char c) { return !value(std::string("a") + c); }, [](char c) { return !is_control(c) && c != '\\'; });
  EXPECT_EQ(value(""), std::nullopt);
  EXPECT_EQ(value("\\"), Reason::invalid_tag);
}

TEST(TagValues, are_accepted_at_the_limit_and_refused_past_it) {
  EXPECT_EQ(value(std::string(256, 'a')), std::nullopt);
  EXPECT_EQ(value(std::string(257, 'a')), Reason::tag_value_too_long);
}

TEST(TagKeysAndValues, hold_no_backslash_that_influxdb_would_take_for_an_escape) {
  for (const std::string_view text : {"a\\ b", "\\,", "a\\=", "\\\\ x", "C:\\Temp\\ "}) {
    EXPECT_EQ(key(text), Reason::invalid_tag) << text;
    EXPECT_EQ(value(text), Reason::invalid_tag) << text;
  }
  for (const std::string_view text : {"C:\\Program Files\\x", "\\\\host\\share", "\\\"", "a\\b, c=d"}) {
    EXPECT_EQ(key(text), std::nullopt) << text;
    EXPECT_EQ(value(text), std::nullopt) << text;
  }
}

TEST(Units, are_words_of_up_to_64_bytes) {
  EXPECT_EQ(unit(""), std::nullopt);
  EXPECT_EQ(unit("\xc2\xb5s"), std::nullopt);
  EXPECT_EQ(unit(std::string(64, 'a')), std::nullopt);
  EXPECT_EQ(unit(std::string(65, 'a')), Reason::invalid_unit);
  EXPECT_EQ(unit("a\nb"), Reason::invalid_unit);
  EXPECT_EQ(unit("a\\"), Reason::invalid_unit);
}

TEST(ClientIds, are_visible_ascii_without_backslash) {
  expect_bytes([](char c) { return is_client_id(std::string(1, c), kLimits); },
               [](char c) { return c >= 0x21 && c <= 0x7e && c != '\\'; });
  EXPECT_FALSE(is_client_id("", kLimits));
  EXPECT_TRUE(is_client_id(std::string(128, 'a'), kLimits));
  EXPECT_FALSE(is_client_id(std::string(129, 'a'), kLimits));
}

TEST(BatchKeys, are_printable_ascii) {
  expect_bytes([](char c) { return is_batch_key(std::string(1, c), kLimits); },
               [](char c) { return c >= 0x20 && c <= 0x7e; });
  EXPECT_FALSE(is_batch_key("", kLimits));
  EXPECT_TRUE(is_batch_key(std::string(128, 'a'), kLimits));
  EXPECT_FALSE(is_batch_key(std::string(129, 'a'), kLimits));
}

TEST(Limits, are_those_of_the_caller) {
  BatchLimits limits;
  limits.name_bytes = 3;
  limits.tag_key_bytes = 2;
  limits.tag_value_bytes = 1;
  EXPECT_FALSE(check_name("abc", limits));
  EXPECT_TRUE(check_name("abcd", limits));
  EXPECT_FALSE(check_tag_key("ab", limits));
  EXPECT_TRUE(check_tag_key("abc", limits));
  EXPECT_FALSE(check_tag_value("a", limits));
  EXPECT_TRUE(check_tag_value("ab", limits));
}

TEST(Normalizing, changes_names_only_where_asked) {
  const auto normal = [](std::string_view given, NamePolicy policy) {
    std::string out = "left over";
    normalize_name(given, policy, out);
    EXPECT_EQ(needs_normalizing(given, policy), out != given) << given;
    return out;
  };
  EXPECT_EQ(normal("CPU.Usage %", NamePolicy::none), "CPU.Usage %");
  EXPECT_EQ(normal("CPU.Usage %", NamePolicy::lowercase), "cpu.usage %");
  EXPECT_EQ(normal("CPU.Usage %", NamePolicy::underscore), "cpu_usage__");
  EXPECT_EQ(normal("cpu_usage1", NamePolicy::underscore), "cpu_usage1");
  EXPECT_EQ(normal("cpu.usage", NamePolicy::lowercase), "cpu.usage");
  EXPECT_EQ(normal("", NamePolicy::underscore), "");
  EXPECT_EQ(normal("\xc3\x89t\xc3\xa9", NamePolicy::lowercase), "\xc3\x89t\xc3\xa9");  // ASCII letters only
}

}  // namespace
}  // namespace metricstream
