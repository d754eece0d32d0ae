using CoreNode.Api.Client;
using CoreNode.Cli.Members;

namespace CoreNode.Tests.Cli.Members;

/// <summary>What to run on a new member's machine names all members, whoever told the list.</summary>
[TestFixture, Category("Unit")]
internal sealed class JoinTextTests
{
    private static readonly ListedMember s_first = new("1", "m1", ["http://10.0.0.1:2380"], []);
    private static readonly ListedMember s_old = new("2", "m2", ["http://10.0.0.2:2380"], []);
    private static readonly ListedMember s_new = new("3", "", ["http://10.0.0.2:2380"], []);

    [Test]
    public void A_list_from_before_the_change_is_brought_up_to_it() => Assert.That(
        JoinText.Of("m2", s_new, [s_old], [s_first, s_old]).ToText(),
        Does.Contain("CORENODE_INITIAL_CLUSTER=\"m1=http://10.0.0.1:2380,m2=http://10.0.0.2:2380\""));

    [Test]
    public void A_list_from_after_the_change_stays_as_it_is() => Assert.That(
        JoinText.Of("m2", s_new, [s_old], [s_first, s_new]).ToText(),
        Does.Contain("CORENODE_INITIAL_CLUSTER=\"m1=http://10.0.0.1:2380,m2=http://10.0.0.2:2380\""));
}
