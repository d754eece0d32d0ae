using CoreNode.Raft;

namespace CoreNode.Tests.Cluster;

/// <summary>Members that know no leader say so, why, and ever more seldom.</summary>
[TestFixture, Category("Unit")]
internal sealed class LeaderWaitTests
{
    [Test]
    public void A_member_alone_says_that_it_lacks_a_quorum()
    {
        CoreGroup group = new(3);
        group.Members[1].IsCut = group.Members[2].IsCut = true;
        group.Pass(4 * CoreMember.Election);
        Assert.That(Said(group), Is.Empty, "elections may take that long");
        group.Pass(2 * CoreMember.Election);
        Assert.That(Said(group).Single(), Does
            .StartWith("no leader for 5 s (term 1): 1 of 3 voting members were heard from lately, this one included, ")
            .And.EndWith("and 2 have to agree: start those that are down or mend the way to them"));
        group.Pass(600 * CoreMember.Election);
        Assert.That(Said(group), Has.Length.EqualTo(7), "5, 10, 20, … s, then every five minutes");
    }

    [Test]
    public void Elections_that_nobody_wins_are_told_from_members_that_are_away()
    {
        CoreGroup group = new(2)
        {
            LetThrough = static message =>
                message is not RaftMessage { Reject: false, Kind: MessageKind.PreVoteResponse },
        };
        group.Pass(6 * CoreMember.Election);
        Assert.That(Said(group), Has.One.EndsWith("2 of 2 voting members were heard from lately, this one included, "
            + "and 2 have to agree: elections end without a winner, so look for slow disks and a slow network at these "
            + "members"));
    }

    [Test]
    public void Who_has_a_leader_says_nothing_and_begins_anew_when_it_is_lost()
    {
        CoreGroup group = new CoreGroup(3).Elect();
        group.Pass(20 * CoreMember.Election);
        Assert.That(group.Members.SelectMany(static m => m.Log.Lines).Where(IsAboutWaiting), Is.Empty);
        group.Members[1].IsCut = group.Members[2].IsCut = true;
        group.Pass(4 * CoreMember.Election);
        Assert.That(Said(group), Is.Empty);
        group.Pass(4 * CoreMember.Election);
        Assert.That(Said(group), Has.Length.EqualTo(1));
    }

    private static string[] Said(CoreGroup group) => [.. group.Members[0].Log.Lines.Where(IsAboutWaiting)];

    private static bool IsAboutWaiting(string line) => line.StartsWith("no leader for", StringComparison.Ordinal);
}
