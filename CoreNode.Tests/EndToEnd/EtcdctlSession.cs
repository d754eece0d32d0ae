using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// Debian's etcdctl, speaking the v2 API to one server; results without what differs between servers.
/// </summary>
internal sealed partial class EtcdctlSession(ServerProcess server) : IDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(30);
    private static readonly Dictionary<string, string> _environment = new() { ["ETCDCTL_API"] = "2" };

    private readonly HttpClient _http = new() { BaseAddress = new Uri(server.Url) };

    /// <summary>Runs one command line to its end; arguments are separated by single spaces.</summary>
    public async Task<string> RunAsync(string commandLine)
    {
        string program = TestPrograms.Etcdctl();
        ProgramResult result = await ProgramResult.OfAsync(program, Arguments(commandLine), _environment);
        return Normalize($"{result.Output}{result.Error}exit {result.ExitCode}");
    }

    /// <summary>
    /// Runs a watching command line, makes the changes once the server counts the new watcher, and returns what it
    /// printed until it ended or, for one that goes on, until it printed <paramref name="lines"/> lines.
    /// </summary>
    public async Task<string> WatchAsync(string commandLine, int lines, params string[] changes)
    {
        long before = await WatcherCountAsync();
        using RunningProgram watch = RunningProgram.Start(TestPrograms.Etcdctl(), Arguments(commandLine), _environment);
        await UntilAsync(async () => watch.HasExited || await WatcherCountAsync() > before, commandLine);
        foreach (string change in changes)
            await RunAsync(change);
        await UntilAsync(
            () => Task.FromResult(watch.HasExited || LineCount(watch.StandardOutput) >= lines), commandLine);
        // What it wrote last may come after its end.
        if (watch.HasExited)
            await watch.WaitForExitAsync(_deadline);
        return Normalize(watch.StandardOutput);
    }

    /// <summary>The store's index.</summary>
    public async Task<long> IndexAsync()
    {
        using HttpResponseMessage response = await _http.GetAsync("/v2/keys");
        return long.Parse(response.Headers.GetValues("X-Etcd-Index").First(), CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Raises the index by writes that leave nothing behind, so that two servers print the same numbers.
    /// </summary>
    public async Task RaiseIndexAsync(long index)
    {
        for (long now = await IndexAsync(); now < index; now++)
            (await _http.PutAsync("/v2/keys/_raise?value=x", null)).Dispose();
    }

    public void Dispose() => _http.Dispose();

    private IEnumerable<string> Arguments(string commandLine) => ["--endpoints", server.Url, .. commandLine.Split(' ')];

    private async Task<long> WatcherCountAsync()
    {
        JsonNode statistics = JsonNode.Parse(await _http.GetStringAsync("/v2/stats/store"))!;
        return (long)statistics["watchers"]!;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > _deadline)
                throw new TimeoutException($"'{what}' did not come to it within {_deadline}");
            await Task.Delay(5);
        }
    }

    private static int LineCount(string text) => text.Count(c => c == '\n');

    private string Normalize(string text)
    {
        string withoutPorts = text
            .Replace(server.Place.ClientUrl.Authority, "{CLIENT}", StringComparison.Ordinal)
            .Replace(server.Place.PeerUrl.Authority, "{PEER}", StringComparison.Ordinal);
        return MemberId().Replace(Time().Replace(withoutPorts, "{TIME}"), "{ID}");
    }

    [GeneratedRegex(@"\b[0-9a-f]{15,16}\b")]
    private static partial Regex MemberId();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Time();
}
