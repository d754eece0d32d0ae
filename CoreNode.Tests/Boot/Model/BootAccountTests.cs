using CoreNode.Boot.Model;

namespace CoreNode.Tests.Boot.Model;

[TestFixture, Category("Unit")]
internal sealed class BootAccountTests
{
    private static readonly Guid s_id = new("7130c94a-0004-4e5a-0102-030405060708");

    private static readonly BootAccount s_account = new()
    {
        Time = new DateTimeOffset(2026, 11, 22, 12, 0, 1, TimeSpan.Zero),
        Slot = "USR-A (3)",
        SlotId = s_id,
        Version = "1.0",
        Way = "switch-root",
        Reason = "first",
        Kernel = "Linux version 6.1\n",
        Notes = ["mended: the primary table"],
        Failures = [new SlotFailure(4, "USR-B", "2.0", "two\nlines")],
        Steps = [new BootStep("mounts", 1234.56), new BootStep("modules", 1300)],
    };

    [Test]
    public void An_account_is_lines_of_a_word_and_what_it_is_about() =>
        Assert.That(s_account.Format(), Is.EqualTo("""
            corenode boot 1
            time 2026-11-22T12:00:01Z
            slot USR-A (3)
            slot-id 7130c94a-0004-4e5a-0102-030405060708
            version 1.0
            way switch-root
            reason first
            kernel Linux version 6.1
            note mended: the primary table
            failed USR-B (4) version 2.0: two lines
            step 1234.6 mounts
            step 1300.0 modules

            """));

    [Test]
    public void The_history_grows_by_what_became_of_slots_and_not_without_end()
    {
        string history = "";
        for (int i = 0; i < BootAccount.MostHistory + 5; i++)
            history = s_account.AddTo(history);
        string[] lines = history.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(BootAccount.MostHistory));
        Assert.That(lines[^2], Is.EqualTo("2026-11-22T12:00:01Z USR-B (4) version 2.0: two lines"));
        Assert.That(lines[^1], Is.EqualTo("2026-11-22T12:00:01Z USR-A (3) version 1.0: started (switch-root)"));
    }

    [TestCase(4, "2.0", "two lines")]
    [TestCase(4, "2.1", "")]
    [TestCase(4, "", "two lines")]
    [TestCase(3, "1.0", "")]
    [TestCase(5, "1.0", "")]
    public void A_slot_has_a_fault_if_it_did_not_start_the_last_time(int slot, string version, string fault)
    {
        string history = s_account.AddTo("");
        Assert.That(BootAccount.FaultOf(history, slot, version), Is.EqualTo(fault));
        BootAccount later = s_account with { Slot = "USR-B (4)", Version = "2.0", Failures = [] };
        Assert.That(BootAccount.FaultOf(later.AddTo(history), slot, version), Is.Empty);
    }

    [Test]
    public void How_a_start_ended_counts_against_the_slot_that_was_started_last()
    {
        const string Reason = "its kernel stopped: Attempted to kill init!";
        string history = (s_account with { Slot = "USR-B (4)", Version = "2.0 beta", Failures = [] }).AddTo("");
        SlotFailure? ended = BootAccount.EndOf(history, Reason);
        Assert.That(ended, Is.EqualTo(new SlotFailure(4, "USR-B", "2.0 beta", Reason)));
        BootAccount next = s_account with { Ended = ended, Failures = [] };
        Assert.That(next.Format(), Does.Contain($"\nended USR-B (4) version 2.0 beta: {Reason}\n"));
        history = next.AddTo(history);
        Assert.That(BootAccount.FaultOf(history, 4, "2.0 beta"), Is.EqualTo(Reason));
        Assert.That(BootAccount.FaultOf(history, 3, "1.0"), Is.Empty);
        Assert.That(BootAccount.EndOf(history, Reason)?.Number, Is.EqualTo(3));
    }

    [TestCase("")]
    [TestCase("2026-11-22T12:00:01Z USR-B (4) version 2.0: its node did not come up\n")]
    [TestCase("2026-11-22T12:00:01Z USR-B: started (kexec)\n")]
    public void How_a_start_ended_counts_against_nobody_where_the_last_line_is_no_start(string history) =>
        Assert.That(BootAccount.EndOf(history, "its watchdog reset the machine"), Is.Null);

    [Test]
    public void A_slot_without_a_version_ends_too() => Assert.That(
        BootAccount.EndOf("2026-11-22T12:00:01Z USR-A (3): started (switch-root)\n", "reset"),
        Is.EqualTo(new SlotFailure(3, "USR-A", null, "reset")));

    [Test]
    public void A_mark_counts_how_often_a_kernel_did_not_arrive()
    {
        KexecMark first = KexecMark.Next(null, s_id);
        KexecMark second = KexecMark.Next(KexecMark.Parse(first.Format()), s_id);
        Assert.That(second, Is.EqualTo(new KexecMark(s_id, 2)));
        Assert.That(KexecMark.Next(second, Guid.Empty).Times, Is.EqualTo(1));
        Assert.That(KexecMark.Parse("nothing"), Is.Null);
        Assert.That(KexecMark.Parse($"{s_id} -1"), Is.Null);
    }

    [Test]
    public void Only_zeros_are_an_empty_state()
    {
        byte[] head = new byte[StateContents.HeadBytes];
        Assert.That(StateContents.Judge(head), Is.EqualTo(StateContent.Empty));
        head[^1] = 1;
        Assert.That(StateContents.Judge(head), Is.EqualTo(StateContent.Foreign));
        head[0x438] = 0x53;
        head[0x439] = 0xEF;
        Assert.That(StateContents.Judge(head), Is.EqualTo(StateContent.Ext4));
        Assert.That(StateContents.Judge([]), Is.EqualTo(StateContent.Empty));
    }

    [Test]
    public void A_root_is_made_from_above()
    {
        HashSet<string> made = [];
        foreach ((string path, _) in RootPlan.Folders)
        {
            if (path.Contains('/', StringComparison.Ordinal))
                Assert.That(made, Does.Contain(path[..path.LastIndexOf('/')]));
            Assert.That(made.Add(path), Is.True);
        }

        foreach ((string path, string target) in RootPlan.Links)
            Assert.That(target, Is.EqualTo($"usr/{path}"));
        Assert.That(made, Is.SupersetOf(new[] { "usr", "etc", "dev", "proc", "sys", "run", "tmp" }));
    }
}
