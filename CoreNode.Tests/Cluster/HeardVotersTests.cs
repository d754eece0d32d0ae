using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Cluster;

/// <summary>Who is told to be missing while nobody leads.</summary>
[TestFixture, Category("Unit")]
internal sealed class HeardVotersTests
{
    [Test]
    public void Of_one_configuration_its_voters_count()
    {
        Assert.That(Of(new Configuration(Ids(1, 2, 3)), 1), Is.EqualTo(new HeardVoters(1, 3, 2, false)));
        HeardVoters enough = Of(new Configuration(Ids(1, 2, 3), learners: Ids(4)), 1, 2, 4);
        Assert.That(enough, Is.EqualTo(new HeardVoters(2, 3, 2, false)));
        Assert.That(enough.Advice, Does.StartWith("elections end without a winner"));
    }

    [Test]
    public void In_a_joint_configuration_the_half_that_lacks_is_told()
    {
        Configuration joint = new(Ids(1, 4, 5), outgoingVoters: Ids(1, 2, 3));
        HeardVoters before = Of(joint, 1, 4, 5);
        Assert.That(before, Is.EqualTo(new HeardVoters(1, 3, 2, true)), "the newer ones alone cannot elect anybody");
        Assert.That(before.Advice, Does.Contain("voted before the change of members"));
        Assert.That(Of(joint, 1, 2, 3), Is.EqualTo(new HeardVoters(1, 3, 2, false)));
        Assert.That(Of(joint, 1, 2, 4).IsLacking, Is.False);
    }

    private static HeardVoters Of(Configuration configuration, params ulong[] heard) =>
        HeardVoters.Of(configuration, voter => heard.Contains(voter.Value));

    private static IEnumerable<NodeId> Ids(params ulong[] ids) => ids.Select(static id => new NodeId(id));
}
