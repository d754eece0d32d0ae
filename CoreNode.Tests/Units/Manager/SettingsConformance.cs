using CoreNode.Units.Manager;

namespace CoreNode.Tests.Units.Manager;

/// <summary>What a service's processes are given, how units depend on each other, and what the journal keeps.</summary>
internal abstract class SettingsConformance : UnitManagerConformance
{
    [Test]
    public async Task Variables_come_from_the_file_from_files_and_from_the_cluster()
    {
        string variables = NewPath();
        await File.WriteAllTextAsync(
            Machine.Outside(variables), "# a comment\nFROM_FILE=\"two words\"\nOVERRIDDEN=file\n");
        string path = NewPath();
        string name = NewName();
        await LoadAsync(
            name,
            Service(
                "Type=oneshot",
                "Environment=\"PLAIN=a b\" OVERRIDDEN=plain",
                $"EnvironmentFile={variables}",
                "EnvironmentFile=-/no/such/file",
                $"ExecStart=/bin/sh -c 'printf \"%%s|\" \"$$PLAIN\" \"$$FROM_FILE\" \"$$OVERRIDDEN\" \"$$TOKEN\" > "
                + $"{path}; "
                + $"echo ${{PLAIN}} >> {path}'"),
            new Dictionary<string, string> { ["TOKEN"] = "100% \"quoted\" \\ $HOME" });
        await MustStartAsync(name);
        Assert.That(Read(path), Is.EqualTo("a b|two words|file|100% \"quoted\" \\ $HOME|a b\n"));
    }

    [Test]
    public async Task A_missing_file_of_variables_fails_the_start()
    {
        string name = await LoadServiceAsync("Type=exec", "EnvironmentFile=/no/such/file", "ExecStart=/bin/sleep 1000");
        JobResult result = await StartAsync(name);
        Assert.That(result.IsDone, Is.False);
        await UntilActiveAsync(name, "failed");
        Assert.That(Unit(name).Result, Is.EqualTo("resources"));
    }

    [Test]
    public async Task Changed_variables_are_given_from_the_next_start()
    {
        string path = NewPath();
        string name = NewName();
        string text = Service("Type=oneshot", $"ExecStart=/bin/sh -c 'echo $$TOKEN > {path}'");
        await LoadAsync(name, text, new Dictionary<string, string> { ["TOKEN"] = "1" });
        await MustStartAsync(name);
        Assert.That(Read(path), Is.EqualTo("1\n"));
        await LoadAsync(name, text, new Dictionary<string, string> { ["TOKEN"] = "2" });
        await MustStartAsync(name);
        Assert.That(Read(path), Is.EqualTo("2\n"));
        await LoadAsync(name, text);
        await MustStartAsync(name);
        Assert.That(Read(path), Is.EqualTo("\n"));
    }

    [Test]
    public async Task Processes_have_the_folder_and_the_user_of_the_file()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            "Type=oneshot", "User=nobody", "WorkingDirectory=/usr/share",
            $"ExecStart=/bin/sh -c 'id -un > {path}; pwd >> {path}'",
            $"ExecStart=+/bin/sh -c 'id -un >> {path}'");
        await MustStartAsync(name);
        Assert.That(Read(path), Is.EqualTo("nobody\n/usr/share\nroot\n"));
    }

    [Test]
    public async Task A_name_can_be_given_to_the_process()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            "Type=oneshot", $"ExecStart=@/bin/sh another-name -c 'echo $$0 > {path}'");
        await MustStartAsync(name);
        Assert.That(Read(path), Is.EqualTo("another-name\n"));
    }

    [Test]
    public async Task Specifiers_stand_for_the_name()
    {
        string path = NewPath();
        string name = NewName("@one-two.service");
        await LoadAsync(
            name, Service("Type=oneshot", $"ExecStart=/bin/sh -c 'echo %n %p %i %N 100%% > {path}'"));
        await MustStartAsync(name);
        string prefix = name[..name.IndexOf('@', StringComparison.Ordinal)];
        Assert.That(
            Read(path), Is.EqualTo($"{name} {prefix} one-two {name[..^".service".Length]} 100%\n"));
    }

    [Test]
    public async Task What_a_unit_requires_is_started_before_it()
    {
        string path = NewPath();
        string needed = NewName();
        string needing = NewName();
        await LoadAsync(needed, Service(
            "Type=oneshot", "RemainAfterExit=yes", "ExecStart=/bin/sleep 0.2",
            $"ExecStart=/bin/sh -c 'echo needed >> {path}'"));
        await LoadAsync(needing, $"[Unit]\nRequires={needed}\nAfter={needed}\n"
            + Service("Type=oneshot", $"ExecStart=/bin/sh -c 'echo needing >> {path}'"));
        await MustStartAsync(needing);
        Assert.That(Read(path), Is.EqualTo("needed\nneeding\n"));
        Assert.That(Active(needed), Is.EqualTo("active"));
    }

    [Test]
    public async Task A_required_unit_that_fails_takes_the_start_along()
    {
        string needed = await LoadServiceAsync("Type=oneshot", "ExecStart=/bin/false");
        string needing = NewName();
        await LoadAsync(
            needing, $"[Unit]\nRequires={needed}\nAfter={needed}\n" + Service("ExecStart=/bin/sleep 1000"));
        JobResult result = await StartAsync(needing);
        Assert.That((result.IsDone, result.Result), Is.EqualTo((false, "dependency")));
        Assert.That(Active(needing), Is.EqualTo("inactive"));
    }

    [Test]
    public async Task A_wanted_unit_that_fails_does_not_matter()
    {
        string wanted = await LoadServiceAsync("Type=oneshot", "ExecStart=/bin/false");
        string wanting = NewName();
        await LoadAsync(
            wanting,
            $"[Unit]\nWants={wanted} cn-is-nowhere.service\nAfter={wanted}\n" + Service("ExecStart=/bin/sleep 1000"));
        await MustStartAsync(wanting);
        Assert.That(Active(wanting), Is.EqualTo("active"));
        Assert.That(Active(wanted), Is.EqualTo("failed"));
    }

    [Test]
    public async Task What_a_unit_is_bound_to_takes_it_along_when_it_ends()
    {
        string path = NewPath();
        string host = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'while [ ! -e {path} ]; do sleep 0.05; done'");
        string guest = NewName();
        await LoadAsync(guest, $"[Unit]\nBindsTo={host}\nAfter={host}\n" + Service("ExecStart=/bin/sleep 1000"));
        await MustStartAsync(guest);
        Assert.That(Active(host), Is.EqualTo("active"));
        await File.WriteAllTextAsync(Machine.Outside(path), "");
        await UntilActiveAsync(host, "inactive");
        await UntilActiveAsync(guest, "inactive");
    }

    [Test]
    public async Task Stopping_what_others_require_stops_them_first()
    {
        string path = NewPath();
        string needed = await LoadServiceAsync(
            "ExecStart=/bin/sleep 1000", $"ExecStopPost=/bin/sh -c 'echo needed >> {path}'");
        string needing = NewName();
        await LoadAsync(needing, $"[Unit]\nRequires={needed}\nAfter={needed}\n"
            + Service("ExecStart=/bin/sleep 1000", $"ExecStopPost=/bin/sh -c 'echo needing >> {path}'"));
        await MustStartAsync(needing);
        await StopAsync(needed);
        await UntilActiveAsync(needing, "inactive");
        Assert.That(Read(path), Is.EqualTo("needing\nneeded\n"));
    }

    [Test]
    public async Task A_unit_that_is_installed_somewhere_is_loaded_and_run()
    {
        string name = NewName();
        await LoadAsync(
            name, Service("ExecStart=/bin/sleep 1000", "[Install]", "WantedBy=multi-user.target"));
        Assert.That(Active(name), Is.EqualTo("inactive"));
        await MustStartAsync(name);
        await Manager.UnloadAsync(name, Deadline);
        Assert.That(Manager.Units.ContainsKey(name), Is.False);
    }

    [Test]
    public async Task The_journal_has_what_a_unit_wrote()
    {
        string name = await LoadServiceAsync(
            "Type=oneshot", "SyslogIdentifier=reporter",
            "ExecStart=/bin/sh -c 'echo one; echo two >&2; sleep 0.05; echo three'");
        await MustStartAsync(name);
        List<JournalEntry> entries = [];
        await UntilJournalAsync(name, entries, "three");
        string[] own = [.. entries.Where(e => e.Identifier == "reporter").Select(e => e.Message)];
        Assert.That(own, Is.EquivalentTo((string[])["one", "two", "three"]));
        JournalEntry first = entries.First(e => e.Message == "one");
        Assert.That(first.Pid, Is.GreaterThan(0));
        Assert.That(first.Priority, Is.InRange(0, 7));
        Assert.That(DateTimeOffset.UtcNow - first.Time, Is.LessThan(TimeSpan.FromMinutes(5)));
        Assert.That(entries.Select(e => e.Time), Is.Ordered);
    }

    [Test]
    public async Task The_last_lines_of_the_journal_are_enough()
    {
        string name = await LoadServiceAsync(
            "Type=oneshot", "SyslogIdentifier=counter",
            "ExecStart=/bin/sh -c 'for i in $$(seq 20); do echo line $$i; done; sleep 0.2'");
        await MustStartAsync(name);
        List<JournalEntry> all = [];
        await UntilJournalAsync(name, all, "line 20");
        List<JournalEntry> last = [];
        await foreach (JournalEntry entry in Machine.Journal.ReadAsync(new JournalQuery(name, 3, false), Deadline))
            last.Add(entry);
        Assert.That(last, Has.Count.EqualTo(3));
        Assert.That(last[0].Time, Is.GreaterThanOrEqualTo(all[^Math.Min(all.Count, 6)].Time));
    }

    [Test]
    public async Task The_journal_is_followed_until_nobody_wants_it()
    {
        string go = NewPath();
        string name = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'echo begun; while [ ! -e {go} ]; do sleep 0.05; done; echo gone on; exec sleep "
            + $"1000'");
        await MustStartAsync(name);
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(Deadline);
        List<string> seen = [];
        await Assert.CatchAsync<OperationCanceledException>(async () =>
        {
            await foreach (JournalEntry entry in Machine.Journal.ReadAsync(
                new JournalQuery(name, 100, true), leaving.Token))
            {
                seen.Add(entry.Message);
                if (entry.Message == "begun")
                    await File.WriteAllTextAsync(Machine.Outside(go), "");
                if (entry.Message == "gone on")
                    await leaving.CancelAsync();
            }
        });
        Assert.That(Deadline.IsCancellationRequested, Is.False, string.Join('\n', seen));
        Assert.That(seen, Does.Contain("gone on"));
    }

    // Journals may take a moment to show what was written.
    private async Task UntilJournalAsync(string name, List<JournalEntry> entries, string message)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50));
        do
        {
            entries.Clear();
            await foreach (JournalEntry entry in Machine.Journal.ReadAsync(new JournalQuery(name, 0, false), Deadline))
                entries.Add(entry);
        }
        while (!entries.Exists(e => e.Message == message) && await pause.WaitForNextTickAsync(Deadline));
    }
}
