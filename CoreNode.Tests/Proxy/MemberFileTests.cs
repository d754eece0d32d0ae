using System.Text;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Proxy;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Wal;

namespace CoreNode.Tests.Proxy;

[TestFixture, Category("Unit")]
internal sealed class MemberFileTests
{
    private const string Folder = "/data/proxy";

    private static readonly RememberedMembers s_sample = new(0xabc, ProxyMembers.List(1, 2));

    [Test]
    public void What_is_written_is_read_and_looks_as_documented()
    {
        SimulatedFiles files = new(new Prng(1));
        MemberFile file = new(files, Folder);
        Assert.That(file.Read(), Is.Null);
        file.Write(s_sample);
        GoldenFile.AssertIs("proxy-members-v1.json", files.Get($"{Folder}/members.json"));
        RememberedMembers read = file.Read()!;
        Assert.That(read.WorkerId, Is.EqualTo(0xabcUL));
        Assert.That(read.List!.Matches(s_sample.List), Is.True);
    }

    [Test]
    public void A_longer_list_is_replaced_by_a_shorter_one_and_one_without_members_is_read()
    {
        MemberFile file = new(new SimulatedFiles(new Prng(1)), Folder);
        file.Write(new RememberedMembers(1, ProxyMembers.List(1, 2, 3, 4, 5)));
        file.Write(new RememberedMembers(1, null));
        Assert.That(file.Read(), Is.EqualTo(new RememberedMembers(1, null)));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("{\"version\":2,\"workerId\":\"a\"}")]
    [TestCase("{\"version\":1}")]
    [TestCase("{\"version\":1,\"workerId\":\"no\"}")]
    [TestCase("{\"version\":1,\"workerId\":\"a\",\"members\":[{}]}")]
    public void What_is_no_such_file_is_refused_with_its_path(string content)
    {
        SimulatedFiles files = new(new Prng(1));
        files.CreateFolder(Folder);
        files.Put($"{Folder}/members.json", Encoding.UTF8.GetBytes(content));
        Assert.That(
            () => new MemberFile(files, Folder).Read(),
            Throws.TypeOf<CorruptionException>().With.Message.Contains($"{Folder}/members.json"));
    }

    [Test]
    public void A_crash_at_any_moment_leaves_the_old_list_or_the_new_one()
    {
        RememberedMembers next = new(0xabc, ProxyMembers.List(2, 3, 4));
        for (int crash = 1; ; crash++)
        {
            SimulatedFiles files = new(new Prng((ulong)crash));
            new MemberFile(files, Folder).Write(s_sample);
            files.CrashAt = files.OperationCount + crash;
            bool isDone = TryWrite(files, next);
            RememberedMembers found = new MemberFile(files.AfterPowerCut(new Prng((ulong)crash)), Folder).Read()!;
            Assert.That(
                found.List!.Matches(next.List) || (!isDone && found.List.Matches(s_sample.List)), Is.True,
                $"crash {crash}");
            if (isDone)
                return;
        }
    }

    private static bool TryWrite(SimulatedFiles files, RememberedMembers next)
    {
        try
        {
            new MemberFile(files, Folder).Write(next);
            return true;
        }
        catch (SimulatedCrashException)
        {
            return false;
        }
    }
}
