using System.Net;
using System.Net.Sockets;
using CoreNode.Platform;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Platform;

/// <summary>What the kernel says of the other end of a socket, and what the machine says of its groups.</summary>
[TestFixture, Category("Unit")]
internal sealed class PeerCredentialsTests
{
    [Test]
    public async Task The_other_end_of_a_unix_socket_is_known_by_user_and_groups()
    {
        using TestFolder folder = new();
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder.File("s")));
        listener.Listen();
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(folder.File("s")));
        using Socket accepted = await listener.AcceptAsync();
        PeerCredentials? peer = PeerCredentials.Of(accepted);
        Assert.That(peer, Is.Not.Null);
        string[] status = await File.ReadAllLinesAsync("/proc/self/status");
        Assert.That(peer!.User, Is.EqualTo(Numbers(status, "Uid:")[1]).And.EqualTo(Accounts.OwnUser));
        Assert.That(peer.Group, Is.EqualTo(Numbers(status, "Gid:")[1]));
        Assert.That(peer.Groups, Is.EquivalentTo(Numbers(status, "Groups:")));
    }

    [TestCase(0)]
    [TestCase(64)]
    [TestCase(65)]
    [TestCase(3000)]
    public async Task Somebody_elses_groups_are_all_known(int count)
    {
        uint[] groups = [.. Enumerable.Range(50_000, count).Select(g => (uint)g)];
        string setpriv = TestPrograms.Setpriv();
        using TestFolder folder = new();
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder.File("s")));
        listener.Listen();
        string[] who = count == 0 ? ["--clear-groups"] : ["--groups", string.Join(',', groups)];
        string[] arguments = ["--reuid", "47110", "--regid", "47111", .. who, TestPrograms.Curl(), "--max-time", "20"];
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(folder.File("s"), (UnixFileMode)0x1B6);
        using RunningProgram client = RunningProgram.Start(
            setpriv, [.. arguments, "--unix-socket", folder.File("s"), "http://corenode/"]);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        using Socket accepted = await listener.AcceptAsync(patience.Token);
        PeerCredentials? peer = PeerCredentials.Of(accepted);
        Assert.That((peer?.User, peer?.Group), Is.EqualTo((47110, 47111)));
        Assert.That(peer!.Groups, Is.EquivalentTo(groups));
    }

    [Test]
    public async Task Of_a_tcp_socket_nothing_is_known()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using Socket accepted = await listener.AcceptAsync();
        Assert.That(PeerCredentials.Of(accepted), Is.Null);
    }

    [Test]
    public void Groups_are_found_by_name()
    {
        string[] parts = File.ReadLines("/etc/group").Last(line => line.Contains(':')).Split(':');
        uint number = uint.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(Accounts.FindGroup(parts[0]), Is.EqualTo(number));
        Assert.That(Accounts.FindGroup("root"), Is.Zero);
        Assert.That(Accounts.FindGroup("no such group"), Is.Null);
    }

    [Test]
    public void A_file_that_is_not_there_is_given_to_nobody() =>
        Assert.That(() => Accounts.GiveToGroup("/nowhere/s", 0), Throws.TypeOf<IOException>());

    private static uint[] Numbers(string[] status, string name) =>
        [.. status.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
            .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .Select(n => uint.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];
}
