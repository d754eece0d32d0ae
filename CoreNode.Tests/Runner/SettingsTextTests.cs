using CoreNode.Runner.Settings;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Runner;

/// <summary>Values of unit files: spans, signals, sizes, variables, and what is refused or only noted.</summary>
[TestFixture, Category("Unit")]
internal sealed class SettingsTextTests
{
    [TestCase("90", 90)]
    [TestCase("1min 30s", 90)]
    [TestCase("1min30", 90)]
    [TestCase("1.5h", 5400)]
    [TestCase("250ms", 0.25)]
    [TestCase("10us", 0.00001)]
    [TestCase("2d 1w", 777600)]
    [TestCase("infinity", -0.001)]
    [TestCase("200y", -0.001)]
    public void Spans_are_read(string text, double seconds) =>
        Assert.That(TimeSpanText.Parse(text)!.Value.TotalSeconds, Is.EqualTo(seconds).Within(1e-9));

    [TestCase("")]
    [TestCase("x")]
    [TestCase("5 parsec")]
    [TestCase("-5")]
    [TestCase("1..5")]
    public void What_is_no_span_is_none(string text) => Assert.That(TimeSpanText.Parse(text), Is.Null);

    [TestCase("SIGTERM", 15)]
    [TestCase("KILL", 9)]
    [TestCase("9", 9)]
    [TestCase("SIGRTMIN+3", 37)]
    public void Signals_have_names(string text, int number) => Assert.That(SignalNames.Find(text), Is.EqualTo(number));

    [Test]
    public void Every_signal_is_found_by_its_name()
    {
        for (int signal = 1; signal <= 64; signal++)
        {
            if (signal is not (32 or 33))
                Assert.That(SignalNames.Find(SignalNames.Of(signal)), Is.EqualTo(signal));
        }
    }

    [Test]
    public void A_file_of_variables_is_read_as_systemd_reads_it()
    {
        const string text = "# comment=no\n ; also=none\n\nA=1\n B = two words \nC=\"a \\\"b\\\" \\c\"\nD='x $y \\n'\n"
            + "E=one \\\ntwo\nF=\"over\nlines\"\n1X=bad\nnothing\nG=a\"b\nH=";
        IEnumerable<string> found = EnvironmentText.File(text).Select(p => $"{p.Key}={p.Value}");
        Assert.That(found, Is.EqualTo((string[])
        [
            "A=1", "B=two words", "C=a \"b\" \\c", "D=x $y \\n", "E=one two", "F=over\nlines", "G=a\"b", "H=",
        ]));
    }

    [Test]
    public void All_of_a_service_is_read()
    {
        UnitSettings settings = Read("""
            [Unit]
            Description=All of %p
            After=a.service b.service
            Requires=a.service
            [Service]
            Type=notify
            Environment="A=1 2" B=3
            Environment=C=%i
            ExecStart=/bin/x
            TimeoutSec=5
            TimeoutStopSec=infinity
            WatchdogSec=1min
            LimitNOFILE=100:200
            LimitCPU=1min
            UMask=0077
            MemoryMax=64M
            CPUQuota=150%
            TasksMax=20
            StandardOutput=append:/tmp/o
            StandardError=inherit
            RuntimeDirectory=x y/z
            KillSignal=QUIT
            [Install]
            WantedBy=c.service
            """).Settings!;
        Assert.That(settings.Description, Is.EqualTo("All of u"));
        Assert.That(settings.Links.After, Is.EqualTo((string[])["a.service", "b.service"]));
        Assert.That(settings.Links.WantedBy, Is.EqualTo((string[])["c.service"]));
        Assert.That(settings.StartTimeout, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(settings.StopTimeout, Is.EqualTo(Timeout.InfiniteTimeSpan));
        Assert.That(settings.NotifyAccess, Is.EqualTo(NotifyAccess.Main));
        Assert.That(
            settings.Exec.Environment.Select(p => $"{p.Key}={p.Value}"),
            Is.EqualTo((string[])["A=1 2", "B=3", "C=i"]));
        Assert.That(settings.Exec.Limits, Is.EqualTo((ResourceLimit[])
        [
            new ResourceLimit("CPU", 60, 60), new ResourceLimit("NOFILE", 100, 200),
        ]));
        Assert.That(settings.Exec.FileMask, Is.EqualTo(63));
        Assert.That(settings.Exec.MemoryMax, Is.EqualTo(64UL << 20));
        Assert.That(settings.Exec.ProcessorMillis, Is.EqualTo(1500));
        Assert.That(settings.Exec.TasksMax, Is.EqualTo(20));
        Assert.That(settings.Exec.Output, Is.EqualTo(new OutputTarget(OutputKind.Append, "/tmp/o")));
        Assert.That(settings.Exec.Folders.Select(f => f.Path), Is.EqualTo((string[])["/run/x", "/run/y/z"]));
        Assert.That(settings.KillSignal, Is.EqualTo(3));
    }

    [Test]
    public void What_is_not_understood_is_noted_once_and_left_out()
    {
        UnitSettingsResult read = Read("""
            [Unit]
            Documentation=man:x
            [Service]
            ExecStart=/bin/x
            PrivateTmp=yes
            PrivateTmp=no
            Restart=sometimes
            TimeoutStopSec=soon
            [X-Fleet]
            Global=true
            """);
        Assert.That(read.Settings, Is.Not.Null);
        Assert.That(read.Notes, Has.Count.EqualTo(3), string.Join('\n', read.Notes));
        Assert.That(read.Notes, Has.One.Contains("PrivateTmp").And.One.Contains("Restart=sometimes")
            .And.One.Contains("TimeoutStopSec=soon"));
    }

    [TestCase("[Service]\nType=simple\n", "no ExecStart=")]
    [TestCase("[Service]\nExecStart=/bin/a\nExecStart=/bin/b\n", "more than one ExecStart=")]
    [TestCase("[Service]\nType=dbus\nExecStart=/bin/a\n", "Type=dbus")]
    [TestCase("[Service]\nType=oneshot\nRestart=always\nExecStart=/bin/a\n", "Restart=always")]
    [TestCase("[Service]\nExecStart=/bin/a 'b\n", "ExecStart=: a quote")]
    public void What_cannot_run_is_refused(string text, string reason)
    {
        UnitSettingsResult read = Read(text);
        Assert.That(read.Settings, Is.Null);
        Assert.That(read.Refusal, Does.Contain(reason).And.StartsWith("u@i.service: "));
    }

    private static UnitSettingsResult Read(string text) => UnitSettingsReader.Read(
        "u@i.service",
        UnitFile.Parse(text, out IReadOnlyList<UnitProblem> problems)
            ?? throw new InvalidOperationException(string.Join('\n', problems)),
        new HostFacts());
}
