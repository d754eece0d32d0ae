using System.Diagnostics;
using CoreNode.Hosting.Updates;
using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Hosting.Updates;

/// <summary>The operator's checks of health are run, judged and cut off.</summary>
[TestFixture, Category("Unit")]
internal sealed class HealthFolderTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Each_executable_passes_by_its_exit_code_and_its_last_line_is_told()
    {
        Write("good", "echo fine");
        Write("bad", "echo first; echo second >&2; exit 3");
        Write("silent", "exit 1");
        Write("left.dpkg-old", "exit 1");
        Write(".hidden", "exit 1");
        await File.WriteAllTextAsync(_folder.File("README"), "no executable");
        IReadOnlyList<HealthCheck> checks = await LookAsync(TimeSpan.FromSeconds(20));
        Assert.That(checks, Is.EqualTo((HealthCheck[])
        [
            new("health.d/bad", HealthCheckKind.Custom, false, "exit code 3: second"),
            new("health.d/good", HealthCheckKind.Custom, true, "fine"),
            new("health.d/silent", HealthCheckKind.Custom, false, "exit code 1"),
        ]));
    }

    [Test]
    public async Task One_that_does_not_end_is_cut_off_and_holds_up_no_other()
    {
        Write("hangs", "sleep 1000");
        Write("good", "exit 0");
        Stopwatch watch = Stopwatch.StartNew();
        IReadOnlyList<HealthCheck> checks = await LookAsync(TimeSpan.FromMilliseconds(500));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(15)));
        Assert.That(checks.Select(static check => check.IsPassed), Is.EqualTo((bool?[])[true, false]));
        Assert.That(checks[1].Detail, Does.Contain("no answer within"));
    }

    [Test]
    public async Task One_that_cannot_be_started_fails_and_a_folder_that_is_not_there_has_none()
    {
        Write("odd", "exit 0", first: "#!/nowhere/interpreter");
        IReadOnlyList<HealthCheck> checks = await LookAsync(TimeSpan.FromSeconds(5));
        Assert.That(checks.Single().IsPassed, Is.False);
        Assert.That(
            await new HealthFolder("/nowhere/health.d", TimeSpan.FromSeconds(1)).LookAsync(CancellationToken.None),
            Is.Empty);
    }

    private Task<IReadOnlyList<HealthCheck>> LookAsync(TimeSpan deadline) =>
        new HealthFolder(_folder.Path, deadline).LookAsync(CancellationToken.None);

    private void Write(string name, string line, string first = "#!/bin/sh")
    {
        File.WriteAllText(_folder.File(name), $"{first}\n{line}\n");
        File.SetUnixFileMode(
            _folder.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
