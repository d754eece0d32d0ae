using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>A broken machine is told from a broken site.</summary>
[TestFixture, Category("Unit")]
internal sealed class SiteJudgeTests
{
    private static readonly SiteEvidence s_reached = new() { Others = 2, Connected = 2, IsServerConnected = true };
    private static readonly SiteEvidence s_cut = new() { Others = 2, Server = "https://u", IsServerConnected = false };

    [Test]
    public void One_other_that_is_in_the_cluster_says_that_it_is_this_machine()
    {
        SiteView view = Judge(s_reached, new WitnessAccount("b", false, true), new WitnessAccount("c", true, true));
        Assert.That(view, Is.EqualTo(new SiteView(SiteAnswer.OthersAreFine, Why: "c is in the cluster")));
    }

    [Test]
    public void Others_without_a_leader_are_no_reason_to_go_back()
    {
        SiteView view = Judge(s_reached, new WitnessAccount("b", false, true), new WitnessAccount("c", false));
        Assert.That(view.Cluster, Is.EqualTo(SiteAnswer.OthersFailToo));
    }

    [Test]
    public void Others_without_a_leader_that_cannot_reach_this_machine_lack_it_because_of_this_machine()
    {
        SiteView view = Judge(s_reached, new WitnessAccount("b", false, true), new WitnessAccount("c", false, false));
        Assert.That(view, Is.EqualTo(
            new SiteView(SiteAnswer.OthersAreFine, Why: "c is reached and does not reach it back")));
    }

    [Test]
    public void A_majority_that_is_connected_and_elects_nobody_is_no_site()
    {
        WitnessAccount b = new("b", false, true) { Member = "b" };
        WitnessAccount c = new("c", false, true) { Member = "c" };
        SiteEvidence five = s_reached with { OthersOfQuorum = 2 };
        Assert.That(Judge(five, b, c).Cluster, Is.EqualTo(SiteAnswer.OthersAreFine));
        WitnessAccount again = b with { Name = "b's other address" };
        Assert.That(Judge(five, b, again).Cluster, Is.EqualTo(SiteAnswer.OthersFailToo));
        Assert.That(Judge(five, b, c with { IsAskerReached = null }).Cluster, Is.EqualTo(SiteAnswer.OthersFailToo));
        Assert.That(Judge(s_reached, b, c).Cluster, Is.EqualTo(SiteAnswer.OthersFailToo), "of a worker");
    }

    [Test]
    public void Others_that_take_a_connection_and_answer_nothing_say_nothing()
    {
        Assert.That(Judge(s_reached).Cluster, Is.EqualTo(SiteAnswer.Unknown));
        Assert.That(Judge(new SiteEvidence()), Is.EqualTo(SiteView.Unasked));
    }

    [Test]
    public void Where_nobody_can_be_reached_that_is_the_answer()
    {
        Assert.That(Judge(s_cut).Cluster, Is.EqualTo(SiteAnswer.NobodyReached));
        Assert.That(
            Judge(s_cut with { IsServerConnected = true }).Cluster, Is.EqualTo(SiteAnswer.NobodyReached),
            "of the cluster");
        SiteEvidence alone = new() { Server = "https://u", IsServerConnected = false };
        Assert.That(Judge(alone).Cluster, Is.EqualTo(SiteAnswer.NobodyReached));
    }

    [Test]
    public void A_cable_without_carrier_is_what_a_site_without_power_looks_like()
    {
        SiteView view = Judge(s_cut with { Links = new MachineLinks(true, "eth0 has no carrier") });
        Assert.That(view.Cluster, Is.EqualTo(SiteAnswer.NobodyReached));
        Assert.That(view.Why, Does.EndWith(": eth0 has no carrier"));
    }

    [Test]
    public void A_machine_without_any_interface_is_no_site()
    {
        MachineLinks none = new(false, "no interface");
        Assert.That(Judge(s_cut with { Links = none }).Cluster, Is.EqualTo(SiteAnswer.NoInterface));
        Assert.That(
            Judge(s_cut with { Links = none, IsServerConnected = true }).Cluster, Is.EqualTo(SiteAnswer.NobodyReached),
            "somebody was reached, so there is one");
    }

    [Test]
    public void Of_the_update_server_those_are_believed_that_miss_it_too()
    {
        SiteEvidence lost = s_reached with { Server = "https://u", IsServerConnected = false };
        WitnessAccount reaches = new("b", true, true, "https://u", true);
        WitnessAccount misses = new("c", true, true, "https://u", false);
        Assert.That(Judge(lost, reaches).Server, Is.EqualTo(SiteAnswer.OthersAreFine));
        Assert.That(Judge(lost, reaches, misses).Server, Is.EqualTo(SiteAnswer.OthersFailToo));
        Assert.That(Judge(lost, reaches with { Server = "https://other" }).Server, Is.EqualTo(SiteAnswer.Unknown));
        Assert.That(Judge(lost with { IsServerConnected = true }, misses).Server, Is.EqualTo(SiteAnswer.Unknown));
        Assert.That(Judge(lost, reaches).Why, Is.EqualTo("b is in the cluster; b reaches the update server"));
    }

    private static SiteView Judge(SiteEvidence evidence, params WitnessAccount[] accounts) =>
        SiteJudge.Judge(evidence with { Accounts = accounts });
}
