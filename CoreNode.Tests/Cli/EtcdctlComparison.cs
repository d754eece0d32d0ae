using System.Text.RegularExpressions;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

/// <summary>
/// corenode called as etcdctl and Debian's etcdctl are given the same command lines, each on a fresh etcd: stdout,
/// stderr and exit code must be the same but for what differs between two servers.
/// </summary>
internal sealed partial class EtcdctlComparison(EtcdctlComparison.Run ours)
{
    private readonly List<string> _differences = [];

    /// <summary>Runs a program with words, environment and standard input.</summary>
    public delegate Task<ProgramResult> Run(
        IReadOnlyList<string> words, IReadOnlyDictionary<string, string> environment, string input);

    /// <summary>Runs all of TestData/etcdctl_invocations.txt.</summary>
    public async Task RunAllAsync()
    {
        string etcdctl = TestPrograms.Etcdctl();
        await using ServerProcess ourServer = await EtcdProcess.StartAsync();
        await using ServerProcess theirServer = await EtcdProcess.StartAsync();
        IReadOnlyList<EtcdctlInvocation> all = EtcdctlInvocation.ReadAll();
        foreach (EtcdctlInvocation one in all)
        {
            ProgramResult theirs = await ProgramResult.OfAsync(
                etcdctl, one.Words, Environment(one, theirServer), one.Input);
            ProgramResult our = await ours(one.Words, Environment(one, ourServer), one.Input);
            string expected = Shown(one, theirs, theirServer);
            string found = Shown(one, our, ourServer);
            if (expected != found)
                _differences.Add($"line {one.Line}: {one.Text}\netcdctl:\n{expected}corenode:\n{found}");
        }

        TestContext.Out.WriteLine($"{all.Count} command lines, {_differences.Count} differences");
        Assert.That(all, Has.Count.GreaterThanOrEqualTo(120));
        Assert.That(_differences, Is.Empty, string.Join('\n', _differences));
    }

    private static Dictionary<string, string> Environment(EtcdctlInvocation one, ServerProcess server)
    {
        Dictionary<string, string> environment = new(one.Environment);
        environment.TryAdd("ETCDCTL_API", "2");
        environment.TryAdd("ETCDCTL_ENDPOINTS", server.Url);
        return environment;
    }

    private static string Shown(EtcdctlInvocation one, ProgramResult result, ServerProcess server)
    {
        string output = result.Output;
        if (one.IsFirstLineOnly)
            output = output.Split('\n')[0] + "\n";
        if (one.IsUnordered)
            output = string.Join('\n', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order()) + "\n";
        return $"  stdout: {Neutral(output, server)}\n  stderr: {Neutral(result.Error, server)}\n"
            + $"  exit code: {result.ExitCode}\n";
    }

    // What differs between two servers with the same history: ports, the identity made of them, and time.
    private static string Neutral(string text, ServerProcess server)
    {
        // Debian's etcdctl turns the echo off with a program that complains where there is no terminal.
        text = Stty().Replace(text, "");
        text = text.Replace($":{server.Place.ClientPort}", ":CLIENT", StringComparison.Ordinal)
            .Replace($":{server.Place.PeerPort}", ":PEER", StringComparison.Ordinal);
        text = MemberId().Replace(text, "MEMBER");
        text = Expiration().Replace(text, "\"expiration\":\"TIME\"");
        return Ttl().Replace(text, match => match.Groups[1].Value + "TTL");
    }

    [GeneratedRegex(@"\b[0-9a-f]{14,16}\b")]
    private static partial Regex MemberId();

    [GeneratedRegex("\"expiration\":\"[^\"]+Z\"")]
    private static partial Regex Expiration();

    [GeneratedRegex("stty: [^\n]*\n")]
    private static partial Regex Stty();

    // A second may pass between the two runs.
    [GeneratedRegex(@"(""ttl"":|TTL: )(9[0-9][0-9]|1000)\b")]
    private static partial Regex Ttl();
}
