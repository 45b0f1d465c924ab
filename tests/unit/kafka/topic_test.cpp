#include "common/kafka/topic.hpp"

#include <gmock/gmock.h>

namespace metricstream::kafka {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TopicSpec wanted() {
  return {"metrics-raw", 12, 3, {{"message.timestamp.type", "LogAppendTime"}, {"retention.ms", "604800000"}}};
}

TopicDescription same_as(const TopicSpec& spec) { return {spec.name, spec.partitions, spec.replication, spec.config}; }

TEST(TopicDifferencesTest, ATopicAsWantedHasNone) { EXPECT_THAT(differences(wanted(), same_as(wanted())), IsEmpty()); }

TEST(TopicDifferencesTest, SettingsThatNobodyAskedForMayBeAnything) {
  TopicDescription found = same_as(wanted());
  found.config["segment.bytes"] = "1073741824";
  EXPECT_THAT(differences(wanted(), found), IsEmpty());
}

TEST(TopicDifferencesTest, EachDifferenceSaysWhatIsExpectedAndWhatIsThere) {
  TopicDescription found = same_as(wanted());
  found.partitions = 6;
  found.replication = 1;
  found.config["message.timestamp.type"] = "CreateTime";
  found.config.erase("retention.ms");
  EXPECT_THAT(differences(wanted(), found),
              ElementsAre(TopicDifference{"partitions", "12", "6"}, TopicDifference{"replication", "3", "1"},
                          TopicDifference{"message.timestamp.type", "LogAppendTime", "CreateTime"},
                          TopicDifference{"retention.ms", "604800000", ""}));
}

}  // namespace
}  // namespace metricstream::kafka
