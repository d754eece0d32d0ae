using CoreNode.Platform.Processes;
using CoreNode.Runner.Guard;
using CoreNode.Runner.Keeping;
using CoreNode.Runner.Logs;
using CoreNode.Runner.Machine;
using CoreNode.Runner.Settings;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Wal;
using CoreNode.Units.Manager;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Runner;

/// <summary>Files of the embedded runner and the guard's messages are what docs/formats.md says (golden files).</summary>
[TestFixture, Category("Conformance")]
internal sealed class RunnerFormatTests
{
    private const string Unit = "web.service";
    private const string Text = "[Service]\nExecStart=/bin/sleep 1d\n";

    private static readonly Dictionary<string, string> s_environment =
        new() { ["CORENODE_FENCING_TOKEN"] = "42", ["A"] = "ä b" };

    private static readonly JournalRecord[] s_records =
    [
        new(1_700_000_000_000_001, 6, 4711, 6, "web", "hello"),
        new(1_700_000_000_000_002, 0, 0, 4, "", "two\nlines, ä"),
    ];

    private static readonly GuardMessage s_message = new(
        TimeSpan.FromSeconds(1234.5),
        [
            new GuardedUnit("one.service", new UnitProcesses(["/sys/fs/cgroup/a", "/sys/fs/cgroup/b"], "MARK=1")),
            new GuardedUnit("two.service", new UnitProcesses([], "")),
        ]);

    [Test]
    public void A_loaded_unit_is_kept_as_the_golden_file()
    {
        using TestFolder folder = new();
        UnitStore store = new(folder.Path);
        store.WriteLoaded(Unit, Text, s_environment);
        GoldenFile.AssertIs("runner-loaded-v1.bin", File.ReadAllBytes(Path.Combine(store.FolderOf(Unit), "loaded")));
    }

    [TestCase("runner-state-v1.bin", true)]
    [TestCase("runner-state-dead-v1.bin", false)]
    public void A_run_is_kept_as_the_golden_file(string name, bool isRunning)
    {
        using TestFolder folder = new();
        UnitStore store = new(folder.Path);
        store.WriteLoaded(Unit, Text, s_environment);
        store.WriteState(Unit, isRunning ? Running() : Dead());
        GoldenFile.AssertIs(name, File.ReadAllBytes(Path.Combine(store.FolderOf(Unit), "state")));
    }

    [TestCase("runner-state-v1.bin")]
    [TestCase("runner-state-dead-v1.bin")]
    public void The_golden_unit_is_understood_and_written_again_as_it_was(string name)
    {
        using TestFolder folder = new();
        UnitStore store = new(folder.Path);
        Directory.CreateDirectory(store.FolderOf(Unit));
        string state = Path.Combine(store.FolderOf(Unit), "state");
        File.WriteAllBytes(Path.Combine(store.FolderOf(Unit), "loaded"), GoldenFile.Read("runner-loaded-v1.bin"));
        File.WriteAllBytes(state, GoldenFile.Read(name));
        StoredUnit read = store.ReadAll(static complaint => Assert.Fail(complaint)).Single();
        Assert.That((read.Name, read.Text), Is.EqualTo((Unit, Text)));
        Assert.That(read.Environment, Is.EqualTo(s_environment));
        File.Delete(state);
        store.WriteState(Unit, read.State!);
        Assert.That(File.ReadAllBytes(state), Is.EqualTo(GoldenFile.Read(name)));
    }

    [Test]
    public void A_journal_is_written_as_the_golden_file()
    {
        using MemoryStream stream = new();
        stream.Write(JournalFiles.Header());
        foreach (JournalRecord record in s_records)
            record.Write(stream);
        GoldenFile.AssertIs("runner-journal-v1.bin", stream.ToArray());
    }

    [Test]
    public void The_golden_journal_is_understood()
    {
        ReadOnlySpan<byte> bytes = GoldenFile.Read("runner-journal-v1.bin");
        Assert.That(JournalFiles.IsReadable(bytes[..JournalFiles.HeaderBytes]), Is.True);
        bytes = bytes[JournalFiles.HeaderBytes..];
        foreach (JournalRecord record in s_records)
        {
            Assert.That(JournalRecord.Read(bytes, out int length), Is.EqualTo(record));
            bytes = bytes[length..];
        }

        Assert.That(bytes.IsEmpty, Is.True);
    }

    [Test]
    public void What_a_guard_is_told_is_written_as_the_golden_file() =>
        GoldenFile.AssertIs("guard-message-v1.bin", s_message.Write());

    [Test]
    public void The_golden_message_to_a_guard_is_understood()
    {
        byte[] golden = GoldenFile.Read("guard-message-v1.bin");
        GuardMessage read = GuardMessage.Read(golden[GuardMessage.HeadBytes..]);
        Assert.That(read.Deadline, Is.EqualTo(s_message.Deadline));
        Assert.That(read.Units.Select(static u => u.Name), Is.EqualTo(new[] { "one.service", "two.service" }));
        Assert.That(read.Units[0].Processes.ControlGroups, Has.Count.EqualTo(2));
        Assert.That(read.Write(), Is.EqualTo(golden));
    }

    // No guard can be started, but what it is to hold is written before.
    [Test]
    public async Task What_a_guard_held_is_written_and_read_as_the_golden_file()
    {
        using TestFolder folder = new();
        GuardOptions options = new() { Folder = folder.Path, Program = [folder.File("absent")] };
        SortedSet<string> units = new(StringComparer.Ordinal) { "one.service", "two.service" };
        await using (UnitGuard guard = Guard(options))
            await Assert.ThatAsync(
                () => guard.ArmAsync(units, TimeSpan.FromSeconds(1), default), Throws.TypeOf<UnitManagerException>());
        GoldenFile.AssertIs("guard-held-v1.txt", File.ReadAllBytes(folder.File("held")));
        File.WriteAllBytes(folder.File("held"), GoldenFile.Read("guard-held-v1.txt"));
        await using UnitGuard next = Guard(options);
        Assert.That(
            (next.NotAfter("one.service"), next.NotAfter("two.service"), next.NotAfter("three.service")),
            Is.EqualTo(((TimeSpan?)TimeSpan.Zero, (TimeSpan?)TimeSpan.Zero, (TimeSpan?)null)));
    }

    private static UnitGuard Guard(GuardOptions options) =>
        new(options, new NoProcesses(), TimeProvider.System, NullLoggerFactory.Instance);

    private static StoredState Running()
    {
        MachineState machine = new()
        {
            Phase = UnitPhase.Running,
            Result = "success",
            MainPid = 4711,
            IsMainKnown = true,
            ControlPid = 4712,
            Stage = ExecStage.StartPost,
            CommandIndex = 1,
            MainIndex = 2,
            MainEnd = new ProcessEnd(ProcessEndKind.Killed, 9),
            Deadline = TimeSpan.FromSeconds(90),
            WatchdogDeadline = TimeSpan.FromSeconds(30),
            WatchdogSpan = TimeSpan.FromSeconds(10),
            Restarts = 3,
            IsStopWanted = true,
            IsFenced = true,
            IsWaitingForPidFile = true,
            StatusText = "ready, ä",
        };
        machine.StartLimit.Begin = TimeSpan.FromSeconds(5);
        machine.StartLimit.Count = 2;
        return new StoredState
        {
            Machine = machine,
            BootId = "8c3f0a1e-0000-4000-8000-000000000001",
            InvocationId = "0123456789abcdef0123456789abcdef",
            MainStartTicks = 100,
            ControlStartTicks = 200,
            SinceUs = 1_700_000_000_000_000,
        };
    }

    private static StoredState Dead() => new() { Machine = new MachineState() };

    private sealed class NoProcesses : IUnitProcesses
    {
        public UnitProcesses Find(string name) => new([], "");
    }
}
