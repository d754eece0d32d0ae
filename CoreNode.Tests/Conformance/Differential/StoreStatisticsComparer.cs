using System.Text.Json;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Compares how both servers counted the same requests in /v2/stats/store. Not compared: <c>getsFail</c>, where etcd
/// also counts a look-up of its own per request, and <c>watchers</c>, which follows closed connections with a delay.
/// </summary>
internal sealed class StoreStatisticsComparer(Uri reference, Uri subject)
{
    private static readonly string[] Ignored = ["getsFail", "watchers"];
    private readonly Dictionary<string, long> _referenceStart = Read(reference);
    private readonly Dictionary<string, long> _subjectStart = Read(subject);

    /// <summary>Counters that moved differently since this object was made, but for <paramref name="left"/>.</summary>
    public IReadOnlyList<string> Differences(params string[] left)
    {
        Dictionary<string, long> expected = Read(reference);
        Dictionary<string, long> actual = Read(subject);
        if (!expected.Keys.SequenceEqual(actual.Keys))
            return [$"fields: etcd {string.Join(',', expected.Keys)}, CoreNode {string.Join(',', actual.Keys)}"];
        return
        [
            .. from name in expected.Keys.Except(Ignored).Except(left)
               let wanted = expected[name] - _referenceStart[name]
               let counted = actual[name] - _subjectStart[name]
               where wanted != counted
               select $"{name}: etcd {wanted}, CoreNode {counted}",
        ];
    }

    private static Dictionary<string, long> Read(Uri server)
    {
        using KeepAliveConnection connection = new(server);
        connection.Send("GET", "/v2/stats/store", null, null);
        RawAnswer answer = connection.ReceiveAnswer();
        if (answer.Status != 200)
            return new Dictionary<string, long> { [$"status {answer.Status}"] = 0 };
        using JsonDocument document = JsonDocument.Parse(answer.Body);
        return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt64());
    }
}
