using System.Text.Json.Nodes;
using CoreNode.Store;

namespace CoreNode.Tests.RebootLock;

/// <summary>
/// locksmithctl 0.6 as it was captured: creates the semaphore with each command, reads without a quorum, swaps by
/// index, and gives up where somebody was faster. Knows nothing of our code.
/// </summary>
internal sealed class OldLocksmith(IKvClient store, string id)
{
    public const string Key = "/coreos.com/updateengine/rebootlock/semaphore";

    private const string Initial = """{"semaphore":1,"max":1,"holders":null}""";

    /// <summary>locksmithctl lock: "" or what it complains about.</summary>
    public Task<string> LockAsync(CancellationToken cancellation) => ChangeAsync(
        (free, holders) => free <= 0 ? $"semaphore is at {free}" : holders.Add(id) ? "" : "holder exists",
        cancellation);

    /// <summary>locksmithctl unlock.</summary>
    public Task<string> UnlockAsync(CancellationToken cancellation) => ChangeAsync(
        (_, holders) => holders.Remove(id) ? "" : "holder does not exist", cancellation);

    private async Task<string> ChangeAsync(Func<int, SortedSet<string>, string> change, CancellationToken cancellation)
    {
        await store.SetAsync(Key, Initial, KvSetOptions.Create, cancellation);
        var read = (KvOutcome.Done)await store.GetAsync(Key, KvGetOptions.Plain, cancellation);
        JsonNode value = JsonNode.Parse(read.Change.Node.Value!)!;
        int max = (int)value["max"]!;
        SortedSet<string> holders = new(StringComparer.Ordinal);
        foreach (JsonNode? one in value["holders"]?.AsArray() ?? [])
            holders.Add((string)one!);
        if (change((int)value["semaphore"]!, holders) is { Length: > 0 } complaint)
            return complaint;
        string list = string.Join(',', holders.Select(static one => $"\"{one}\""));
        string text = $"{{\"semaphore\":{max - holders.Count},\"max\":{max},\"holders\":[{list}]}}";
        KvOutcome written = await store.SetAsync(
            Key, text, new KvSetOptions { PreviousIndex = read.Change.Node.ModifiedIndex }, cancellation);
        return written is KvOutcome.Done ? "" : written.ToString()!;
    }
}
