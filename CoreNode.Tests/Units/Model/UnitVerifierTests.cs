using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Model;

/// <summary>`unit verify`.</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitVerifierTests
{
    [Test]
    public void A_good_unit_has_no_problem()
    {
        const string Text = """
            [Unit]
            Description=100%% of %n on %H
            After=network.target
            [Service]
            Type=notify
            Environment="A=b c"
            ExecStartPre=-/bin/sh -c 'echo "x y"'
            ExecStart=@/usr/bin/env env \
              # how
              --flag=%i
            Restart=on-failure
            TimeoutStopSec=1min 30s
            MemoryMax=1G
            LimitNOFILE=65536
            X-Own=1
            [Install]
            WantedBy=multi-user.target
            [X-Fleet]
            Conflicts=web@*.service
            [X-Other]
            Foo=bar
            """;
        Assert.That(UnitVerifier.Verify("web@1.service", Text), Is.Empty);
    }

    [Test]
    public void What_only_an_instance_of_a_template_can_say_is_no_mistake_of_the_template()
    {
        const string Text = """
            [Service]
            ExecStart=/bin/web %i
            [X-Fleet]
            MachineMetadata=shard=%i
            HealthHTTP=http://127.0.0.1:80%i/health
            Announce=/services/web/%i http://%{ip}:80%i
            """;
        Assert.That(UnitVerifier.Verify("web@.service", Text), Is.Empty);
        Assert.That(
            UnitVerifier.Verify("web@.service", Text.Replace("/services/web/%i", "%i", StringComparison.Ordinal)),
            Has.One.Matches<UnitProblem>(static p => p is { IsError: true, Line: 6 }));
    }

    [Test]
    public void A_rolling_template_has_no_problem()
    {
        const string Text = """
            [Service]
            ExecStart=/bin/web
            [X-Fleet]
            Replicas=3
            UpdatePolicy=rolling
            MaxUnavailable=2
            DrainDeadline=2min
            AnnounceGrace=500ms
            """;
        Assert.That(UnitVerifier.Verify("web@.service", Text), Is.Empty);
        UnitRequirements unit = UnitRequirements.Of(UnitName.Parse("web@1.service")!, UnitFile.Parse(Text, out _)!);
        Assert.That(
            (unit.IsRolling, unit.MaxUnavailable, unit.DrainDeadline, unit.AnnounceGrace),
            Is.EqualTo((true, 2, TimeSpan.FromMinutes(2), TimeSpan.FromMilliseconds(500))));
        unit = UnitRequirements.None;
        Assert.That(
            (unit.IsRolling, unit.MaxUnavailable, unit.DrainDeadline, unit.AnnounceGrace),
            Is.EqualTo((false, 1, TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(2))));
    }

    [TestCase("UpdatePolicy=roling", true, "UpdatePolicy=roling is not known; did you mean rolling?")]
    [TestCase("UpdatePolicy=all", true, "UpdatePolicy=all is not known: write rolling")]
    [TestCase("MaxUnavailable=0", true, "MaxUnavailable=0 is no number from 1 to")]
    [TestCase("DrainDeadline=soon", true, "DrainDeadline=soon is no time from 1s to 1d")]
    [TestCase("AnnounceGrace=2h", true, "AnnounceGrace=2h is no time from 0 to 1h")]
    [TestCase("UpdatePolicie=rolling", false, "did you mean UpdatePolicy=?")]
    [TestCase("MaxUnavailabel=1", false, "did you mean MaxUnavailable=?")]
    public void What_is_wrong_with_a_rollout_is_told(string line, bool isError, string message)
    {
        IReadOnlyList<UnitProblem> problems = UnitVerifier.Verify(
            "web@.service", $"[Service]\nExecStart=/bin/web\n[X-Fleet]\nReplicas=2\n{line}");
        Assert.That(problems, Has.Count.EqualTo(1));
        Assert.That((problems[0].Line, problems[0].IsError), Is.EqualTo((5, isError)));
        Assert.That(problems[0].Message, Does.Contain(message));
    }

    [Test]
    public void A_rollout_needs_replicas() => Assert.That(
        UnitVerifier.Refusal(
            "web.service", UnitFile.Parse("[Service]\nExecStart=/bin/web\n[X-Fleet]\nUpdatePolicy=rolling", out _)!)!
            .Message,
        Does.Contain("UpdatePolicy needs Replicas"));

    [TestCase("[Service]\nExecStart=sleep 5", 2, true, "ExecStart: \"sleep\" is no absolute path")]
    [TestCase("[Service]\nExecStart=-sleep 5", 2, true, "no absolute path")]
    [TestCase("[Service]\nExecStart=/bin/", 2, true, "is a folder")]
    [TestCase("[Service]\nExecStart=/bin/a 'x", 2, true, "a quote is not closed")]
    [TestCase("[Service]\nType=simple", 0, true, "no ExecStart= in [Service]")]
    [TestCase("[Service]\nExecStart=/bin/a\nExecStart=/bin/b", 0, true, "2 ExecStart= lines")]
    [TestCase("[Service]\nExecStart=/bin/a\nType=simpel", 3, true, "Type=simpel is no service type")]
    [TestCase("[Service]\nExecStart=/bin/a\nRestart=yes", 3, true, "Restart=yes")]
    [TestCase("[Service]\nExecStart=/bin/a\nTimeoutStopSec=soon", 3, true, "is no time")]
    [TestCase("[Service]\nType=oneshot\nExecStart=/bin/a\nRestart=always", 0, true, "cannot be used with Type=oneshot")]
    [TestCase("[Service]\nExecStart=/bin/a\nExecStartt=/bin/b", 3, false, "systemd knows no ExecStartt= in [Service]")]
    [TestCase("[Service]\nExecStart=/bin/a\n[Sevice]\nA=b", 4, false, "systemd knows no section [Sevice]")]
    [TestCase("[Service]\nExecStart=/bin/a 50%z", 2, false, "no specifier %z")]
    [TestCase("[Service]\nExecStart=/bin/a\n[X-Fleet]\nMachineof=b", 4, false,
        "unrecognized requirement in [X-Fleet] section: \"Machineof\"")]
    [TestCase("[Service]\nExecStart=/bin/a\nExecStratPre=/bin/b", 3, false, "did you mean ExecStartPre=?")]
    [TestCase("[Service]\nExecStart=/bin/a\nAfter=b.service", 3, false, "it belongs into [Unit]")]
    [TestCase("[Service]\nExecStart=/bin/a\nGlobal=yes", 3, false, "it belongs into [X-Fleet]")]
    [TestCase("[Service]\nExecStart=/bin/a\n[X-Fleet]\nGlobl=yes", 4, false, "did you mean Global=?")]
    [TestCase("[Service]\nExecStart=/bin/a\n[X-Fleet]\nRestart=no", 4, false, "it belongs into [Service]")]
    [TestCase("[Service]\nExecStart=/bin/a\n[X-fleet]\nGlobal=yes", 4, false, "did you mean [X-Fleet]?")]
    [TestCase("[Service]\nExecStart=/bin/a\n[service]\nType=exec", 4, false, "did you mean [Service]?")]
    [TestCase("[Service]\nExecStart=/bin/a && /bin/b", 2, false, "no shell reads this: && is an argument")]
    [TestCase("[Service]\nExecStart=/bin/a\nKillMode=all", 3, true, "write control-group, mixed, process or none")]
    [TestCase("[Service]\nExecStart=/bin/a\nWorkingDirectory=app", 3, false, "is no absolute path")]
    [TestCase("[Service]\nExecStart=/bin/a\nEnvironmentFile=-conf", 3, false, "is no absolute path")]
    [TestCase("[Service]\nExecStart=/bin/a\nEnvironment=\"A=b", 3, false, "a quote is not closed")]
    [TestCase("[Service]\nExecStart=/bin/a\n[Unit]\nAfter=network", 4, false, "After=network is no unit")]
    [TestCase("[Service]\nExecStart=/bin/a\n[X-Fleet]\nMachineOf=db", 4, false, "write db.service")]
    [TestCase("[Service]\nExecStart=/bin/a\n[X-Fleet]\nConflicts=x.service\nSpread=a\nMachineID=y", 6, true,
        "MachineID cannot be used with Conflicts")]
    [TestCase("[Unit]\nDescription=a", 0, true, "no [Service] section")]
    [TestCase("[Service]\nExecStart=/bin/a\nnonsense", 3, true, "\"nonsense\" is no assignment")]
    public void A_mistake_is_found_with_its_line(string text, int line, bool isError, string message)
    {
        UnitProblem found = UnitVerifier.Verify("web.service", text).Single();
        Assert.That((found.Line, found.IsError), Is.EqualTo((line, isError)));
        Assert.That(found.Message, Does.Contain(message));
    }

    [Test]
    public void A_name_that_is_none_is_found_alone() =>
        Assert.That(UnitVerifier.Verify("web", "[Service]\nA=b").Single().Message, Does.Contain("must contain"));

    [Test]
    public void What_fleet_took_is_not_refused()
    {
        foreach (string text in (string[])["[Unit]\nDescription=a", "[Service]\nExecStart=sleep", "[Odd]\nA=b"])
            Assert.That(UnitVerifier.Refusal("web.service", UnitFile.Parse(text, out _)!), Is.Null);
    }

    [Test]
    public void What_no_file_can_hold_is_refused()
    {
        UnitOption[] odd =
        [
            new("Service", "ExecStart", "/bin/a\n[X-Fleet]\nGlobal=true"), new("Service", "", "x"), new("", "A", "b"),
            new("Service", "A=b", "c"), new("Service", "#A", "b"), new("a]b", "A", "b"),
        ];
        foreach (UnitOption option in odd)
            Assert.That(UnitVerifier.Refusal("web.service", UnitFile.Of([option])), Is.Not.Null, option.ToString());
        Assert.That(UnitVerifier.Refusal("web.service", UnitFile.Of([])), Is.Not.Null);
    }

    [TestCase("", "", false, DesiredState.Inactive)]
    [TestCase("m1", "", false, DesiredState.Inactive)]
    [TestCase("m1", "m1", false, DesiredState.Inactive)]
    [TestCase("m1", "", true, DesiredState.Loaded)]
    [TestCase("m1", "m2", true, DesiredState.Loaded)]
    [TestCase("m1", "m1", true, DesiredState.Launched)]
    public void The_current_state_is_computed_as_fleet_does(
        string target, string jobState, bool hasState, DesiredState expected) =>
        Assert.That(DesiredStates.Current(target, jobState, hasState), Is.EqualTo(expected));

    [Test]
    public void The_words_of_states_are_fleets()
    {
        foreach (DesiredState state in Enum.GetValues<DesiredState>())
        {
            Assert.That(DesiredStates.TryParse(DesiredStates.Word(state), out DesiredState again), Is.True);
            Assert.That(again, Is.EqualTo(state));
        }

        Assert.That(DesiredStates.TryParse("active", out _), Is.False);
        Assert.That(DesiredStates.TryParse(null, out _), Is.False);
    }
}
