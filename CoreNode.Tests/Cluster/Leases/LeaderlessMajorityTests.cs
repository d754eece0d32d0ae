using CoreNode.Cluster.Leases;
using CoreNode.Foundation;

namespace CoreNode.Tests.Cluster.Leases;

/// <summary>When it is certain that nobody led; asked at second 10.</summary>
[TestFixture, Category("Unit")]
internal sealed class LeaderlessMajorityTests
{
    private static readonly NodeId[] s_three = [new(1), new(2), new(3)];
    private static readonly TimeSpan s_asked = TimeSpan.FromSeconds(10);

    [TestCase(1, false)]
    [TestCase(2, true)]
    [TestCase(3, true)]
    public void A_majority_must_say_so(int count, bool isCertain) =>
        Assert.That(IsCertain([.. s_three.Take(count).Select(static id => Answer(id, 5))]), Is.EqualTo(isCertain));

    [Test]
    public void Nobody_is_no_majority() => Assert.That(IsCertain(), Is.False);

    [Test]
    public void All_must_have_been_without_a_leader_at_one_moment()
    {
        // Answers that came at 10.5: one has been without a leader since 9.9, the other only since 10.2.
        Assert.That(IsCertain(Answer(s_three[0], 0.6), Answer(s_three[1], 0.6)), Is.True);
        Assert.That(IsCertain(Answer(s_three[0], 0.6), Answer(s_three[1], 0.3)), Is.False);
        Assert.That(IsCertain(Answer(s_three[0], 0.6), Answer(s_three[1], -0.2)), Is.False);
    }

    [Test]
    public void Members_without_a_vote_do_not_count()
    {
        Assert.That(IsCertain(Answer(s_three[0], 5), Answer(new NodeId(8), 5), Answer(new NodeId(9), 5)), Is.False);
    }

    [Test]
    public void One_answer_counts_once() =>
        Assert.That(IsCertain(Answer(s_three[0], 5), Answer(s_three[0], 5)), Is.False);

    [Test]
    public void While_members_change_both_majorities_are_needed()
    {
        NodeId[] next = [new(1), new(4), new(5)];
        LeaderlessAnswer joint = Answer(s_three[0], 5);
        joint = joint with { Standing = joint.Standing with { Voters = next, OutgoingVoters = s_three } };
        Assert.That(IsCertain(joint, Answer(s_three[1], 5)), Is.False);
        Assert.That(IsCertain(joint, Answer(s_three[1], 5), Answer(new NodeId(4), 5)), Is.True);
    }

    private static bool IsCertain(params LeaderlessAnswer[] answers) => LeaderlessMajority.IsCertain(answers, s_asked);

    private static LeaderlessAnswer Answer(NodeId id, double seconds) => new(
        new LeaderStanding(id, NodeId.None, new Term(1), TimeSpan.Zero, s_three, []),
        TimeSpan.FromSeconds(seconds),
        TimeSpan.FromSeconds(10.5));
}
