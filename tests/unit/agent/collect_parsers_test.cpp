#include <gtest/gtest.h>

#include <random>
#include <string>

#include "services/agent/collect/cpu.hpp"
#include "services/agent/collect/delta.hpp"
#include "services/agent/collect/disk_io.hpp"
#include "services/agent/collect/load.hpp"
#include "services/agent/collect/memory.hpp"
#include "services/agent/collect/mounts.hpp"
#include "services/agent/collect/network.hpp"
#include "services/agent/collect/text_scan.hpp"

namespace metricstream::agent {
namespace {

using std::string_literals::operator""s;

TEST(TextScan, LinesAndFieldsPutTogetherAgainAreTheText) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    std::vector<std::vector<std::string>> expected;
    for (unsigned lines = random() % 4; lines > 0; --lines) {
      auto& fields = expected.emplace_back();
      for (unsigned count = random() % 4; count > 0; --count) {
        fields.emplace_back(1 + random() % 3, static_cast<char>('a' + random() % 26));
        text += std::string(random() % 3 + 1, random() % 2 == 0 ? ' ' : '\t') + fields.back();
      }
      text += '\n';
    }
    std::string_view rest = text;
    for (const auto& fields : expected) {
      auto line = next_line(rest);
      ASSERT_TRUE(line);
      for (const auto& field : fields) EXPECT_EQ(next_field(*line), field);
      EXPECT_EQ(next_field(*line), "");
    }
    EXPECT_FALSE(next_line(rest));
  }
}

TEST(TextScan, ANumberIsTheWholeTextAndFits) {
  EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), UINT64_MAX);
  for (const char* bad : {"", "18446744073709551616", "-1", "1x", " 1", "0x1", "1.5"}) {
    EXPECT_FALSE(parse_number<std::uint64_t>(bad)) << bad;
  }
}

TEST(Delta, ACounterThatFellHasNoGrowth) {
  EXPECT_EQ(growth(5, 9), 4U);
  EXPECT_EQ(growth(5, 5), 0U);
  EXPECT_FALSE(growth(9, 5));
}

TEST(Delta, A32BitCounterGrowsOverItsWrapByWhatItGrew) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 1000; ++round) {
    const std::uint64_t before = random() % (std::uint64_t{1} << 32U);
    const std::uint64_t grown = random() % 20'000;
    const std::uint64_t after = (before + grown) % (std::uint64_t{1} << 32U);
    EXPECT_EQ(growth32(before, after, 20'000), grown);
  }
  // A reset to zero is no wrap: the growth would be more than the interval can hold.
  EXPECT_FALSE(growth32(1'000'000, 10, 20'000));
  EXPECT_FALSE(growth32(std::uint64_t{1} << 32U, 10, UINT64_MAX));
}

TEST(Cpu, SharesAddUpForAnyGrowth) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 1000; ++round) {
    CpuTimes before;
    CpuTimes after;
    double whole = 0;
    std::array<double, CpuTimes::kind_count> grown{};
    for (std::size_t kind = 0; kind < CpuTimes::kind_count; ++kind) {
      before.ticks[kind] = random() % 1'000'000;
      after.ticks[kind] = before.ticks[kind] + random() % 1000;
      grown[kind] = static_cast<double>(after.ticks[kind] - before.ticks[kind]);
      whole += grown[kind];
    }
    const auto shares = cpu_shares(before, after);
    if (whole == 0) {
      EXPECT_FALSE(shares);
      continue;
    }
    ASSERT_TRUE(shares);
    const double idle = 100 * (grown[CpuTimes::idle] + grown[CpuTimes::iowait]) / whole;
    EXPECT_NEAR(shares->usage, 100 - idle, 1e-9);
    EXPECT_NEAR(shares->user + shares->system + shares->steal, shares->usage, 1e-9);
  }
}

TEST(Cpu, AFallingCounterNeverLeavesZeroToHundred) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 1000; ++round) {
    CpuTimes before;
    CpuTimes after;
    for (std::size_t kind = 0; kind < CpuTimes::kind_count; ++kind) {
      before.ticks[kind] = random() % 100;
      after.ticks[kind] = random() % 100;
    }
    if (const auto shares = cpu_shares(before, after)) {
      for (const double share : {shares->usage, shares->user, shares->system, shares->iowait, shares->steal}) {
        EXPECT_GE(share, 0);
        EXPECT_LE(share, 100);
      }
    }
  }
}

TEST(Cpu, AnIdleMachineWithoutTicksHasNoShare) { EXPECT_FALSE(cpu_shares(CpuTimes{}, CpuTimes{})); }

TEST(Cpu, OldKernelsWithFourColumnsAreRead) {
  const auto reading = parse_cpu("cpu 1 2 3 4\n");
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->total.ticks[CpuTimes::idle], 4U);
  EXPECT_EQ(reading->total.ticks[CpuTimes::steal], 0U);
}

TEST(Cpu, ACoreThatAppearedHasNoSampleYet) {
  const auto before = parse_cpu("cpu 1 0 0 1\ncpu0 1 0 0 1\n");
  const auto after = parse_cpu("cpu 3 0 0 3\ncpu0 2 0 0 2\ncpu1 1 0 0 1\n");
  Samples samples;
  append_cpu_samples(*before, *after, 7, samples);
  std::size_t cores = 0;
  for (const auto& sample : samples) {
    if (sample.tags.empty()) continue;
    EXPECT_EQ(sample.tags, (Tags{{"core", "0"}}));
    EXPECT_EQ(sample.value, 50);
    EXPECT_EQ(sample.time, 7);
    ++cores;
  }
  EXPECT_EQ(cores, 1U);
}

struct BadText {
  std::string text;
  std::string says;
};

TEST(Cpu, SaysWhereTheTextIsWrong) {
  for (const auto& [text, says] :
       {BadText{"", "stat: no line 'cpu'"}, BadText{"cpu 1 2 3\n", "line 1: expected a number"},
        BadText{"cpu 1 2 3 4\ncpuX 1 2 3 4\n", "line 2: expected cpu with the number"},
        BadText{"cpu 1 2 3 99999999999999999999\n", "found '99999999999999999999'"},
        BadText{"cpu 1 2 3 4 \x1b[31m\n", "found '\\x1b[31m'"}}) {
    const auto reading = parse_cpu(text);
    ASSERT_FALSE(reading) << text;
    EXPECT_NE(reading.error().message.find(says), std::string::npos) << reading.error().message;
  }
}

TEST(Memory, KernelsWithoutMemAvailableGetAnEstimate) {
  const auto reading = parse_memory("MemTotal: 100 kB\nMemFree: 10 kB\nBuffers: 5 kB\nCached: 20 kB\n");
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->available, 35U * 1024);
}

TEST(Memory, SaysWhereTheTextIsWrong) {
  for (const auto& [text, says] :
       {BadText{"", "no line MemTotal"}, BadText{"MemTotal: 1 kB\n", "no line MemTotal or MemFree"},
        BadText{"MemTotal: 1 kB\nMemFree: x kB\n", "line 2"}, BadText{"MemTotal: 1 MB\n", "line 1"},
        BadText{"MemTotal: 18446744073709551615 kB\n", "line 1"}}) {
    const auto reading = parse_memory(text);
    ASSERT_FALSE(reading) << text;
    EXPECT_NE(reading.error().message.find(says), std::string::npos) << reading.error().message;
  }
}

TEST(Memory, NothingGoesBelowZeroWhenTheNumbersDisagree) {
  Samples samples;
  append_memory_samples({.total = 10, .free = 5, .available = 20, .swap_total = 1, .swap_free = 2}, 0, samples);
  for (const auto& sample : samples) EXPECT_GE(sample.value, 0) << sample.name;
}

TEST(Load, ReadsThreeAveragesAndRefusesAnythingElse) {
  EXPECT_EQ(parse_load("0.42 1.50 12.00 2/92 9498\n")->fifteen, 12.0);
  for (const char* bad : {"", "0.1 0.2", "0.1 0.2 x", "nan 0 0", "inf 0 0", "-1 0 0", "1e400 0 0"}) {
    EXPECT_FALSE(parse_load(bad)) << bad;
  }
}

TEST(DiskIo, PartitionsAreKnownByTheNameOfTheirDisk) {
  EXPECT_TRUE(is_partition_of("sda1", "sda"));
  EXPECT_TRUE(is_partition_of("sda12", "sda"));
  EXPECT_TRUE(is_partition_of("nvme0n1p2", "nvme0n1"));
  EXPECT_TRUE(is_partition_of("mmcblk0p1", "mmcblk0"));
  EXPECT_FALSE(is_partition_of("sda", "sda"));
  EXPECT_FALSE(is_partition_of("sdaa", "sda"));
  EXPECT_FALSE(is_partition_of("sdb1", "sda"));
  EXPECT_FALSE(is_partition_of("nvme0n12", "nvme0n1"));
  EXPECT_FALSE(is_partition_of("nvme0n1p", "nvme0n1"));
  EXPECT_FALSE(is_partition_of("md127", "md12"));
  EXPECT_FALSE(is_partition_of("a", ""));
}

TEST(DiskIo, SaysWhereTheTextIsWrong) {
  for (const auto& [text, says] :
       {BadText{"8 0 sda 1 2 3\n", "line 1: expected a number"}, BadText{"8 0\n", "expected the name of a device"},
        BadText{"\n8 0 sda 1 2 x 4 5 6 7 8 9 10\n", "line 2"}}) {
    const auto disks = parse_disk_io(text);
    ASSERT_FALSE(disks) << text;
    EXPECT_NE(disks.error().message.find(says), std::string::npos) << disks.error().message;
  }
}

TEST(DiskIo, ADiskNewInThisRoundHasCountersButNoRates) {
  const auto disks = parse_disk_io("8 0 sda 1 0 2 0 3 0 4 0 0 5 0\n");
  Samples samples;
  append_disk_io_samples({}, *disks, kSecond, 0, samples);
  EXPECT_EQ(samples.size(), 4U);
  for (const auto& sample : samples) EXPECT_EQ(sample.type, MetricType::counter);
}

TEST(Mounts, EscapesOfFstabAreUndone) {
  EXPECT_EQ(unescape_mount("/a\\040b\\134c\\011"), "/a b\\c\t");
  EXPECT_EQ(unescape_mount("\\04"), "\\04");
  EXPECT_EQ(unescape_mount("\\777\\089"), "\\777\\089");
  EXPECT_EQ(unescape_mount(""), "");
}

TEST(Mounts, EachDeviceOnceAtItsShortestPathAndOnlyLocalFileSystems) {
  const auto chosen = measurable_mounts({{"/dev/sda1", "/var/bind", "ext4"},
                                         {"proc", "/proc", "proc"},
                                         {"/dev/sda1", "/", "ext4"},
                                         {"server:/x", "/home", "nfs4"},
                                         {"overlay", "/var/lib/docker/x", "overlay"},
                                         {"/dev/sdb", "/data", "xfs"}});
  EXPECT_EQ(chosen, (std::vector<Mount>{{"/dev/sda1", "/", "ext4"}, {"/dev/sdb", "/data", "xfs"}}));
  EXPECT_EQ(measurable_mounts({{"overlay", "/", "overlay"}}).size(), 1U);
}

TEST(Mounts, ShortLinesAreNoMounts) { EXPECT_TRUE(parse_mounts("x\n\na b\n").empty()); }

TEST(Network, NamesWithColonsAndNumbersRightBehindTheColonAreRead) {
  const auto interfaces = parse_network("h1\nh2\neth0:1:5 1 0 0 0 0 0 0 6 1 0 0 0 0 0 0\n");
  ASSERT_TRUE(interfaces) << interfaces.error().message;
  ASSERT_EQ(interfaces->size(), 1U);
  EXPECT_EQ(interfaces->front().name, "eth0:1");
  EXPECT_EQ(interfaces->front().received.bytes, 5U);
  EXPECT_EQ(interfaces->front().sent.bytes, 6U);
}

TEST(Network, SaysWhereTheTextIsWrong) {
  for (const auto& [text, says] : {BadText{"h1\nh2\neth0 1 2 3\n", "line 3: expected NAME:"},
                                   BadText{"h1\nh2\neth0: 1 2 3\n", "line 3: expected a number"},
                                   BadText{"h1\nh2\n : 1 2 3\n", "line 3: expected the name"}}) {
    const auto interfaces = parse_network(text);
    ASSERT_FALSE(interfaces) << text;
    EXPECT_NE(interfaces.error().message.find(says), std::string::npos) << interfaces.error().message;
  }
}

// Whatever bytes a file holds, a parser answers with a reading or a printable message.
TEST(Parsers, SurviveArbitraryBytes) {
  std::mt19937 random(5);
  const std::string alphabet = "cpu0123456789 \t\n:kBMemTotal.x-\0\xff"s;
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (unsigned length = random() % 120; length > 0; --length) text += alphabet[random() % alphabet.size()];
    const auto check = [&](const auto& result) {
      if (result) return;
      for (const char c : result.error().message) ASSERT_TRUE(c >= 0x20 && c < 0x7f) << result.error().message;
    };
    check(parse_cpu(text));
    check(parse_memory(text));
    check(parse_load(text));
    check(parse_disk_io(text));
    check(parse_network("h1\nh2\n" + text));
    for (const auto& mount : parse_mounts(text)) EXPECT_FALSE(mount.type.empty());
  }
}

}  // namespace
}  // namespace metricstream::agent
