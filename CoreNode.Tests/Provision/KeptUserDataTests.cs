using CoreNode.Provision;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision;

/// <summary>User data kept for a boot without a source.</summary>
[TestFixture, Category("Unit")]
internal sealed class KeptUserDataTests
{
    [Test]
    public void It_comes_back_as_it_was()
    {
        UserData data = new("EC2", new byte[] { 0, 255, 10 })
        {
            Hostname = "a",
            SshKeys = ["k1", "k2"],
            Addresses = new MachineAddresses
            {
                PublicIPv4 = "1",
                PrivateIPv4 = "2",
                PublicIPv6 = "3",
                PrivateIPv6 = "4",
            },
            IsOem = true,
        };
        IReadOnlyList<UserData> kept = KeptUserData.Read(KeptUserData.Write([data, new UserData("b", default)]))!;
        Assert.That(kept, Has.Count.EqualTo(2));
        Assert.That(kept[0].Source, Is.EqualTo("EC2"));
        Assert.That(kept[0].Content.ToArray(), Is.EqualTo(new byte[] { 0, 255, 10 }));
        Assert.That(kept[0].Hostname, Is.EqualTo("a"));
        Assert.That(kept[0].SshKeys, Is.EqualTo(data.SshKeys));
        Assert.That(kept[0].Addresses, Is.EqualTo(data.Addresses));
        Assert.That(kept[0].IsOem, Is.True);
        Assert.That(kept[1].Content.Length, Is.Zero);
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("{\"version\": 2, \"inputs\": []}")]
    [TestCase("{\"version\": 1, \"inputs\": [{}]}")]
    [TestCase("{\"version\": 1, \"inputs\": [{\"source\": 1}]}")]
    [TestCase("[1")]
    public void A_damaged_copy_counts_as_none(string text) =>
        Assert.That(KeptUserData.Read(System.Text.Encoding.UTF8.GetBytes(text)), Is.Null);
}
