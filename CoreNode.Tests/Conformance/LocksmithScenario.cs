using CoreNode.Api.Client;
using CoreNode.RebootLock;
using CoreNode.Tests.Cli;

namespace CoreNode.Tests.Conformance;

/// <summary>
/// locksmithctl and CoreNode side by side on one lock, on any server of the v2 API. CoreNode's part is given as a
/// command line.
/// </summary>
internal static class LocksmithScenario
{
    /// <summary>Plays it with the command line in this process.</summary>
    public static Task PlayHereAsync(Uri server) => PlayAsync(server, async line =>
    {
        CliRun run = await CliRun.OfAsync(
            [.. ShellWords.Split(line)], endpoints: server.GetLeftPart(UriPartial.Authority));
        return (run.ExitCode, run.Output, run.Error);
    });

    /// <summary>CoreNode waits over HTTP, locksmithctl gives the lock back: the watch wakes who waits.</summary>
    public static async Task WakeAsync(Uri server, CancellationToken stop)
    {
        using LocksmithReplay locksmith = new(server, "woken");
        (_, ulong index) = await locksmith.OpenAsync();
        Assert.That(await locksmith.SwapAsync(index, """{"semaphore":0,"max":1,"holders":["old"]}"""), Is.Null);
        Assert.That(ClientEndpoint.TryParse(
            server.GetLeftPart(UriPartial.Authority), out ClientEndpoint? endpoint, out string? problem), problem);
        using V2Client client = new(new ClientOptions { Endpoints = [endpoint!] });
        Semaphores locks = new(client, TimeProvider.System);
        TaskCompletionSource waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HolderNote note = new(DateTimeOffset.UnixEpoch, "update", null);
        Task<LockAnswer> waiting = locks.WaitAsync("woken", "new", note, _ => waits.TrySetResult(), stop);
        await waits.Task.WaitAsync(stop);
        (_, index) = await locksmith.OpenAsync();
        Assert.That(waiting.IsCompleted, Is.False);
        Assert.That(await locksmith.SwapAsync(index, """{"semaphore":1,"max":1,"holders":[]}"""), Is.Null);
        Assert.That((await waiting).Kind, Is.EqualTo(LockAnswerKind.Granted));
        (string value, _) = await locksmith.OpenAsync();
        Assert.That(value, Is.EqualTo("""{"semaphore":0,"max":1,"holders":["new"]}"""));
        LockStatus status = await locks.ReadAsync("woken", stop);
        Assert.That(status.Holders[0].Reason, Is.EqualTo("update"));
        Assert.That((await locks.ReleaseAsync("woken", "new", stop)).Kind, Is.EqualTo(LockAnswerKind.Released));
    }

    /// <summary>Plays it.</summary>
    /// <param name="server">Where.</param>
    /// <param name="runAsync">Runs a command line of corenode against it: exit code, output, complaints.</param>
    public static async Task PlayAsync(
        Uri server, Func<string, Task<(int ExitCode, string Output, string Error)>> runAsync)
    {
        foreach (string group in new[] { "", "prod/db" })
        {
            string flag = group.Length == 0 ? "" : $" --group {group}";
            string oldFlag = group.Length == 0 ? "" : $"-group {group} ";
            using LocksmithReplay locksmith = new(server, group);
            (string value, ulong index) = await locksmith.OpenAsync();
            Assert.That(value, Is.EqualTo("""{"semaphore":1,"max":1,"holders":null}"""));
            Assert.That(
                await locksmith.SwapAsync(index, """{"semaphore":0,"max":1,"holders":["m-bbb"]}"""), Is.Null, "lock");
            await ExpectAsync($"lock acquire m-aaa{flag}", 1);
            Assert.That((await locksmith.OpenAsync()).Value, Does.Contain("[\"m-bbb\"]"));
            await ExpectAsync($"lock release m-bbb{flag}", 0);
            await ExpectAsync($"lock acquire m-aaa{flag}", 0);
            (value, index) = await locksmith.OpenAsync();
            Assert.That(value, Is.EqualTo("""{"semaphore":0,"max":1,"holders":["m-aaa"]}"""));
            await ExpectAsync($"lock set-max 2{flag} --force", 0);
            Assert.That(
                await locksmith.SwapAsync(index, """{"semaphore":1,"max":1,"holders":[]}"""), Is.EqualTo(101),
                "unlock: it gives up where CoreNode was faster");
            (value, index) = await locksmith.OpenAsync();
            Assert.That(value, Is.EqualTo("""{"semaphore":1,"max":2,"holders":["m-aaa"]}"""));
            Assert.That(
                await locksmith.SwapAsync(index, """{"semaphore":0,"max":2,"holders":["m-aaa","m-zzz"]}"""), Is.Null);
            await ExpectAsync($"locksmithctl -endpoint {server} {oldFlag}status", 0,
                "Available: 0\nMax: 2\n\nMACHINE ID\nm-aaa\nm-zzz\n");
            await ExpectAsync($"locksmithctl -endpoint {server} {oldFlag}unlock m-aaa", 0);
            await ExpectAsync($"lock release m-zzz{flag}", 0);
            Assert.That((await locksmith.OpenAsync()).Value, Is.EqualTo("""{"semaphore":2,"max":2,"holders":[]}"""));
        }

        async Task ExpectAsync(string words, int exitCode, string? output = null)
        {
            (int ExitCode, string Output, string Error) run = await runAsync(words);
            Assert.That(run.ExitCode, Is.EqualTo(exitCode), $"corenode {words}: {run.Output}{run.Error}");
            if (output is not null)
                Assert.That(run.Output, Is.EqualTo(output));
        }
    }
}
