using CoreNode.Foundation;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Wal;
using CoreNode.Units.Agent;

namespace CoreNode.Tests.Units.Agent;

/// <summary>The agent's notes on disk are today what docs/formats.md says (golden files).</summary>
[TestFixture, Category("Conformance")]
internal sealed class AgentFormatTests
{
    private const string Folder = "/data/units/agent";
    private const string Boot = "8c3f0a1e-0000-4000-8000-000000000001";

    private static readonly UnitNote s_note = new()
    {
        IsKnown = true,
        Claim = 42,
        IsStarted = true,
        IsStopping = false,
        RestartsDone = 3,
        RestartPending = 4,
        PidBefore = 4711,
        SinceBefore = 638_000_000_000_000_000,
    };

    private static readonly LeaseFacts s_lease = new()
    {
        Until = TimeSpan.FromSeconds(1234.5),
        Duration = TimeSpan.FromSeconds(10),
        Floor = new StoreIndex(99),
        Lapses = 1,
    };

    [Test]
    public void A_note_is_written_as_the_golden_file()
    {
        SimulatedFiles files = Make();
        new AgentNotes(files, Folder, Boot).Keep("web.service", s_note);
        GoldenFile.AssertIs("agent-note-v1.txt", files.Get($"{Folder}/web.service"));
    }

    [Test]
    public void The_lease_is_written_as_the_golden_file()
    {
        SimulatedFiles files = Make();
        new AgentNotes(files, Folder, Boot).Keep(s_lease);
        GoldenFile.AssertIs("agent-lease-v1.txt", files.Get($"{Folder}/_lease"));
    }

    [Test]
    public void The_golden_files_are_understood_and_after_another_start_of_the_machine_say_only_what_was_there()
    {
        SimulatedFiles files = Make();
        files.Put($"{Folder}/web.service", GoldenFile.Read("agent-note-v1.txt"));
        files.Put($"{Folder}/_lease", GoldenFile.Read("agent-lease-v1.txt"));
        AgentNotes notes = new(files, Folder, Boot);
        Assert.That(notes.Read(), Is.EqualTo(new Dictionary<string, UnitNote> { ["web.service"] = s_note }));
        Assert.That(notes.ReadLease(), Is.EqualTo(s_lease));
        AgentNotes later = new(files, Folder, "another");
        Assert.That(later.Read(), Is.EqualTo(new Dictionary<string, UnitNote> { ["web.service"] = UnitNote.None }));
        Assert.That(later.ReadLease(), Is.EqualTo(LeaseFacts.None));
    }

    private static SimulatedFiles Make()
    {
        SimulatedFiles files = new(new Prng(1));
        files.CreateFolder(Folder);
        return files;
    }
}
