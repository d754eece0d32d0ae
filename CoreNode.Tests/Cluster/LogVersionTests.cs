using System.Text;
using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Platform;
using CoreNode.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Cluster;

/// <summary>No command that a member may not know is written before all members said that they know it.</summary>
[TestFixture, Category("Unit")]
internal sealed class LogVersionTests
{
    private static readonly NodeId s_a = new(0xa);
    private static readonly NodeId s_b = new(0xb);

    private KeyStateMachine _keys = null!;
    private ulong _log;

    private IKeyspace Current => _keys.Publish();

    [SetUp]
    public void MakeTwoMembers()
    {
        _keys = new KeyStateMachine(new KvOptions(), new StoreStatistics());
        _log = 0;
        Apply(MemberRecords.SetCommand(MemberRecords.PeersKey(s_a), ["http://10.0.0.1:2380"]));
        Apply(MemberRecords.SetCommand(MemberRecords.PeersKey(s_b), ["http://10.0.0.2:2380"]));
        Apply(MemberRecords.AnnounceCommand(s_a, ["a"], LogVersion.Own));
    }

    [Test]
    public void Nothing_is_agreed_on_before_all_members_told_their_version()
    {
        Assert.That(LogVersion.Next(Current), Is.Null);
        Assert.That(LogVersion.Agreed(Current), Is.EqualTo(LogVersion.First));
        Assert.That(Refusal(), Does.Contain("b (not started)").And.Contain("update or start"));
    }

    [Test]
    public void All_of_this_program_agree_on_its_version_at_once()
    {
        Apply(MemberRecords.AnnounceCommand(s_b, ["b"], LogVersion.Own));
        Assert.That(LogVersion.Next(Current), Is.EqualTo(LogVersion.Own));
        Apply(LogVersion.SetCommand(LogVersion.Own));
        Assert.That(LogVersion.Next(Current), Is.Null);
        Assert.That(LogVersion.Refusal(KeyOperation.SystemCreate, Current), Is.Null);
    }

    [Test]
    public void An_older_member_keeps_the_version_down_until_it_is_updated()
    {
        // As the program before this one announces itself.
        Apply(MemberRecords.SetCommand(MemberRecords.AttributesKey(s_b), ["b", "http://10.0.0.2:2379"]));
        Assert.That(LogVersion.Next(Current), Is.EqualTo(LogVersion.First));
        Apply(LogVersion.SetCommand(LogVersion.First));
        Assert.That(LogVersion.Next(Current), Is.Null);
        Assert.That(Refusal(), Does.Contain("roles: b;"));
        Assert.That(LogVersion.Refusal(KeyOperation.SystemSet, Current), Is.Null);
        Assert.That(LogVersion.Refusal(KeyOperation.SystemDelete, Current), Is.Null);

        Apply(MemberRecords.AnnounceCommand(s_b, ["b", "http://10.0.0.2:2379"], LogVersion.Own));
        Assert.That(LogVersion.Next(Current), Is.EqualTo(LogVersion.Own));
    }

    [Test]
    public void What_was_agreed_on_stays_when_a_member_is_added_that_has_not_started()
    {
        Apply(MemberRecords.AnnounceCommand(s_b, ["b"], LogVersion.Own));
        Apply(LogVersion.SetCommand(LogVersion.Own));
        Apply(MemberRecords.SetCommand(MemberRecords.PeersKey(new NodeId(0xc)), ["http://10.0.0.3:2380"]));
        Assert.That(LogVersion.Next(Current), Is.Null);
        Assert.That(LogVersion.Refusal(KeyOperation.SystemCreate, Current), Is.Null);
    }

    [Test]
    public void Name_and_urls_are_read_alike_with_and_without_a_version()
    {
        Apply(MemberRecords.AnnounceCommand(s_b, ["b", "http://10.0.0.2:2379"], 7));
        Assert.That(MemberRecords.AnnouncedLogVersion(Current, s_b), Is.EqualTo(7));
        Assert.That(MemberRecords.Attributes(Current, s_b), Is.EqualTo(new[] { "b", "http://10.0.0.2:2379" }));
        Assert.That(MemberRecords.Read(Current)[1].Name, Is.EqualTo("b"));
    }

    [Test]
    public async Task The_leader_raises_the_version_when_the_last_older_member_is_updated()
    {
        string folder = Directory.CreateTempSubdirectory("corenode-version-").FullName;
        try
        {
            await using Replica replica = await StartAsync(folder);
            KeyOutcome made = await CreateAsync(replica, "auth/one");
            Assert.That((made.Error, replica.Current.Index.Value), Is.EqualTo(((KeyError?)null, 4UL)));

            // As if an older leader had agreed with an older member.
            await ProposeAsync(replica, MemberRecords.SetCommand(
                MemberRecords.PeersKey(s_b), ["http://10.0.0.2:2380"]));
            await ProposeAsync(replica, MemberRecords.SetCommand(MemberRecords.AttributesKey(s_b), ["b"]));
            await ProposeAsync(replica, LogVersion.SetCommand(LogVersion.First));
            KeyOutcome refused = await CreateAsync(replica, "auth/two");
            Assert.That(refused.Error?.ToString(), Does.Contain("too old for users and roles: b;"));
            Assert.That(replica.Current.TryGetSystem("auth/two"u8, out _), Is.False);

            await ProposeAsync(replica, MemberRecords.AnnounceCommand(s_b, ["b"], LogVersion.Own));
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
            while (LogVersion.Agreed(replica.Current) < LogVersion.Own)
                await Task.Delay(1, patience.Token);
            Assert.That((await CreateAsync(replica, "auth/two")).Error, Is.Null);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<Replica> StartAsync(string folder) => Replica.StartAsync(
        new ReplicaOptions
        {
            Folder = Path.Combine(folder, "raft"),
            Name = "default",
            InitialMembers = [new InitialMember("default", ["http://127.0.0.1:2380"])],
            AdvertiseClientUrls = ["http://127.0.0.1:2379"],
            SnapshotCount = 100_000,
        },
        new RealFiles(), TimeProvider.System, NullLoggerFactory.Instance, transport: null, probe: null, default);

    private static ValueTask<KeyOutcome> CreateAsync(Replica replica, string key) => ProposeAsync(
        replica,
        new KeyCommand { Operation = KeyOperation.SystemCreate, Key = Encoding.UTF8.GetBytes(key) }.Encode());

    private static ValueTask<KeyOutcome> ProposeAsync(Replica replica, byte[] command) =>
        replica.ProposeAsync(command, default);

    private string Refusal() =>
        Encoding.UTF8.GetString(LogVersion.Refusal(KeyOperation.SystemCreate, Current)!.Cause.Span);

    private void Apply(byte[] command) => _keys.Apply(command, new LogIndex(++_log), new Term(1), 0);
}
