using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Foundation;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Updates.Server;

/// <summary>
/// Carries the commands of a script out on a server of its own, which has CoreOS's application with the channel and
/// group "stable" at version 1.0.0. What differs from run to run (hashes of payloads) is shown by a name.
/// </summary>
internal sealed class OmahaScriptRunner : IDisposable
{
    private readonly ServerBench _bench = new();
    private ulong _counter = 1;

    public async Task SetUpAsync() => await _bench.SetUpAsync();

    /// <summary>Carries one command out; what it shows.</summary>
    public async Task<string> RunAsync(List<string> block)
    {
        string[] words = block[0].Split(' ', 2);
        string rest = words.Length > 1 ? words[1] : "";
        return words[0] switch
        {
            "ask" => await AskAsync(rest, string.Join('\n', block.Skip(1))),
            "bytes" => await SendAsync("10.0.0.1", Convert.FromHexString(rest)),
            "release" => await ReleaseAsync(rest),
            "floor" => await FloorAsync(rest),
            "policy" => await PolicyAsync(rest),
            "machine" => Shown(await _bench.SeeAsync(rest)),
            "history" => await HistoryAsync(rest),
            "clock" => Advance(rest),
            "pause" => await PauseAsync(rest),
            _ => throw new InvariantException($"no such command: {block[0]}"),
        };
    }

    public void Dispose() => _bench.Dispose();

    private Task<string> AskAsync(string from, string xml) =>
        SendAsync(from.Length > 0 ? from : "10.0.0.1", Encoding.UTF8.GetBytes(xml));

    private async Task<string> SendAsync(string from, byte[] body)
    {
        OmahaReply reply = await _bench.AskAsync(body, from);
        StringBuilder text = new(Encoding.UTF8.GetString(reply.Body).TrimEnd('\n'));
        foreach (CataloguePackage package in _bench.Server.Catalogue.Packages)
        {
            foreach (CatalogueFile file in package.Files)
            {
                text.Replace(file.Sha256, $"[sha256 of {package.Version}]");
                text.Replace(Base64(file.Sha256), $"[base64 of sha256 of {package.Version}]");
                text.Replace(Base64(file.Sha1), $"[base64 of sha1 of {package.Version}]");
                text.Replace(
                    $"size=\"{file.Size.ToString(CultureInfo.InvariantCulture)}\"", $"size=\"[of {package.Version}]\"");
            }
        }

        return $"{reply.HttpStatus}\n{text}";
    }

    private async Task<string> ReleaseAsync(string version)
    {
        await _bench.ReleaseAsync(version, ++_counter);
        return "";
    }

    private async Task<string> FloorAsync(string version)
    {
        CataloguePackage package = await _bench.AddAsync(version, ++_counter);
        await _bench.Server.SetFloorAsync(
            ServerBench.Admin, _bench.Channel.Id, package.Id, "a step", CancellationToken.None);
        return "";
    }

    private async Task<string> PolicyAsync(string text)
    {
        List<string> faults = [];
        using JsonDocument json = JsonDocument.Parse(text);
        RolloutPolicy? policy = PolicyCodec.Read(json.RootElement, faults);
        Assert.That(faults, Is.Empty);
        await _bench.Server.ChangeGroupAsync(
            ServerBench.Admin, "CoreOS", "servers", new GroupWish { Policy = policy }, CancellationToken.None);
        return "";
    }

    private async Task<string> PauseAsync(string note)
    {
        await _bench.Server.PauseGroupAsync(ServerBench.Admin, "CoreOS", "servers", note, CancellationToken.None);
        return "";
    }

    private async Task<string> HistoryAsync(string machine)
    {
        StringBuilder text = new();
        IReadOnlyList<MachineEvent> events = await _bench.Server.GetHistoryAsync(
            "CoreOS", machine, 0, 100, CancellationToken.None);
        foreach (MachineEvent one in events.Reverse())
        {
            text.Append(CultureInfo.InvariantCulture, $"{one.Kind} {(int)one.Type}:{(int)one.Result}");
            text.Append(CultureInfo.InvariantCulture, $" error {one.ErrorCode} at \"{one.Version}\"");
            text.Append(CultureInfo.InvariantCulture, $" other \"{one.Other}\" then {one.State}\n");
        }

        return text.ToString().TrimEnd('\n');
    }

    private string Advance(string by)
    {
        _bench.Clock.Advance(TimeSpan.Parse(by, CultureInfo.InvariantCulture));
        return "";
    }

    private static string Shown(MachineView? machine) => machine is null
        ? "unknown"
        : $"version {machine.Version} board {machine.Board} alias \"{machine.Alias}\" oem {machine.Oem} "
            + $"{machine.OemVersion} aleph {machine.AlephVersion} from {machine.Address}\n"
            + $"{machine.State} target \"{machine.Target}\" outcome {machine.Outcome} error {machine.ErrorCode} "
            + $"hold {machine.Hold?.Reason}";

    private static string Base64(string hex) => Convert.ToBase64String(Convert.FromHexString(hex));
}
