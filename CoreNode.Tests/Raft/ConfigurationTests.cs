using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Tests.Wal;

namespace CoreNode.Tests.Raft;

[TestFixture, Category("Unit")]
internal sealed class ConfigurationTests
{
    private static readonly Configuration s_rich = new(
        [new(1), new(0x1234567890ABCDEF)], [new(1), new(2)], [new(7)], [new(2)]);

    [Test]
    public void Configurations_and_changes_survive_their_bytes()
    {
        ConfigurationChange change = new([
            new(ConfigurationOperation.AddVoter, new(4)), new(ConfigurationOperation.Remove, new(ulong.MaxValue))]);
        Assert.Multiple(() =>
        {
            Assert.That(Configuration.Decode(s_rich.Encode()), Is.EqualTo(s_rich));
            Assert.That(Configuration.Decode(Configuration.Single(new(9)).Encode()).Voters, Has.Count.EqualTo(1));
            Assert.That(ConfigurationChange.Decode(change.Encode()), Is.EqualTo(change));
        });
    }

    [Test]
    public void Version_1_bytes_stay_as_they_are()
    {
        Configuration configuration = new([new(1), new(2)], [new(3)], [new(4)], [new(3)]);
        Assert.That(Convert.ToHexString(configuration.Encode()), Is.EqualTo("01"
            + "02" + "0100000000000000" + "0200000000000000" + "01" + "0300000000000000" + "01" + "0400000000000000"
            + "01" + "0300000000000000"));
        Assert.That(Convert.ToHexString(ConfigurationChange.Promote(new(5)).Encode()),
            Is.EqualTo("01" + "01" + "04" + "0500000000000000"));
    }

    [Test]
    public void A_context_rides_behind_the_configuration_and_makes_it_version_2()
    {
        Configuration configuration = new([new(1), new(2)], learners: [new(4)]);
        byte[] data = ConfigurationCodec.Encode(configuration, "context"u8);
        GoldenFile.AssertIs("configuration-v2.bin", data);
        Assert.Multiple(() =>
        {
            Assert.That(Configuration.Decode(data), Is.EqualTo(configuration));
            Assert.That(Configuration.ContextOf(data).ToArray(), Is.EqualTo("context"u8.ToArray()));
            Assert.That(ConfigurationCodec.Encode(configuration, ""u8), Is.EqualTo(configuration.Encode()));
            Assert.That(Configuration.ContextOf(configuration.Encode()).Length, Is.Zero);
        });
    }

    [Test]
    public void Version_1_with_something_behind_it_and_version_2_without_are_refused()
    {
        byte[] first = s_rich.Encode();
        byte[] second = [.. first];
        second[0] = 2;
        byte[] third = [.. first];
        third[0] = 3;
        Assert.Multiple(() =>
        {
            Assert.That(() => Configuration.ContextOf(new byte[] { 1 }), Throws.TypeOf<FormatException>());
            Assert.That(() => Configuration.Decode([.. first, 0]), Throws.TypeOf<FormatException>());
            Assert.That(() => Configuration.Decode(second), Throws.TypeOf<FormatException>());
            Assert.That(() => Configuration.Decode(third), Throws.TypeOf<FormatException>());
        });
    }

    [Test]
    public void The_golden_files_of_configurations_are_read()
    {
        Configuration expected = new([new(1), new(2)], [new(3)], [new(4)], [new(3)]);
        GoldenFile.AssertIs("configuration-v1.bin", expected.Encode());
        Assert.That(Configuration.Decode(GoldenFile.Read("configuration-v1.bin")), Is.EqualTo(expected));
    }

    [Test]
    public void Every_cut_and_every_changed_byte_is_refused_or_read_as_something_valid()
    {
        byte[] good = s_rich.Encode();
        for (int length = 0; length < good.Length; length++)
            Assert.That(() => Configuration.Decode(good.AsSpan(0, length)), Throws.TypeOf<FormatException>());
        for (int at = 0; at < good.Length; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= 0xFF;
            Assert.That(!ConfigurationCodec.TryDecode(bad, out Configuration? read, out _) || read.Encode().Length > 0);
        }
    }

    [Test]
    public void One_vote_changes_directly_and_more_go_through_a_joint_configuration()
    {
        Configuration three = SingleNode.Voters(3);
        Assert.Multiple(() =>
        {
            Assert.That(Apply(three, new ConfigurationStep(ConfigurationOperation.AddVoter, new(4))),
                Is.EqualTo(SingleNode.Voters(4)));
            Assert.That(Apply(three, new ConfigurationStep(ConfigurationOperation.Remove, new(3))),
                Is.EqualTo(SingleNode.Voters(2)));
            Assert.That(Apply(three, new ConfigurationStep(ConfigurationOperation.AddLearner, new(4)),
                new ConfigurationStep(ConfigurationOperation.AddLearner, new(5))), Is.EqualTo(
                new Configuration(three.Voters, learners: [new(4), new(5)])));
            Assert.That(Apply(three, new ConfigurationStep(ConfigurationOperation.AddVoter, new(4)),
                new ConfigurationStep(ConfigurationOperation.AddLearner, new(3))), Is.EqualTo(
                new Configuration([new(1), new(2), new(4)], three.Voters, learnersNext: [new(3)])));
        });
    }

    [Test]
    public void Leaving_the_joint_phase_turns_the_demoted_into_learners()
    {
        Configuration left = new Configuration([new(1), new(4)], [new(1), new(2)], [new(7)], [new(2)]).LeaveJoint();
        Assert.That(left, Is.EqualTo(new Configuration([new(1), new(4)], learners: [new(2), new(7)])));
    }

    [Test]
    public void Contradicting_configurations_cannot_be_made() => Assert.Multiple(() =>
    {
        Assert.That(() => new Configuration([]), Throws.ArgumentException);
        Assert.That(() => new Configuration([NodeId.None]), Throws.ArgumentException);
        Assert.That(() => new Configuration([new(1)], learners: [new(1)]), Throws.ArgumentException);
        Assert.That(() => new Configuration([new(1)], learnersNext: [new(2)]), Throws.ArgumentException);
    });

    [Test]
    public void History_falls_back_when_the_log_is_truncated_and_forgets_what_is_compacted()
    {
        ConfigurationHistory history = new(new LogIndex(10), SingleNode.Voters(1));
        history.Add(new LogIndex(12), SingleNode.Voters(2));
        history.Add(new LogIndex(15), SingleNode.Voters(3));
        Assert.That(history.At(new LogIndex(14)).Voters, Has.Count.EqualTo(2));
        Assert.That(history.TruncateFrom(new LogIndex(15)), Is.True);
        Assert.That(history.Current.Voters, Has.Count.EqualTo(2));
        Assert.That(history.TruncateFrom(new LogIndex(13)), Is.False);
        history.CompactTo(new LogIndex(13));
        Assert.That(history.At(new LogIndex(13)).Voters, Has.Count.EqualTo(2));
        history.TruncateFrom(new LogIndex(12));
        Assert.That(history.Current.Voters, Has.Count.EqualTo(2), "what the base stands on is never taken back");
    }

    private static Configuration Apply(Configuration current, params ConfigurationStep[] steps)
    {
        Assert.That(new ConfigurationChange(steps).Apply(current, out Configuration next),
            Is.EqualTo(ConfigurationRefusal.None));
        return next;
    }
}
