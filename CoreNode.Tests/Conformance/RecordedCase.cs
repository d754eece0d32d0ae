using System.Text.Json.Nodes;

namespace CoreNode.Tests.Conformance;

/// <summary>
/// One line of TestData/etcd_v2_cases.jsonl: the steps to run and what etcd 3.4.23 answered to each. docs/testing.md
/// describes the templates ({B+1}, {PEER}) and wildcards (&lt;int&gt;, &lt;any&gt;) in it.
/// </summary>
internal sealed record RecordedCase(string Name, IReadOnlyList<string> SetupDelete, JsonArray Steps, JsonArray Expect)
{
    /// <summary>All cases of a file, in its order.</summary>
    public static IReadOnlyList<RecordedCase> Load(string name = "etcd_v2_cases.jsonl")
    {
        string file = Path.Combine(TestContext.CurrentContext.TestDirectory, "TestData", name);
        return [.. File.ReadLines(file).Where(line => line.Length > 0).Select(Parse)];
    }

    public override string ToString() => Name;

    private static RecordedCase Parse(string line)
    {
        JsonNode root = JsonNode.Parse(line)!;
        return new RecordedCase(
            (string)root["name"]!,
            [.. (root["setup_delete"]?.AsArray() ?? []).Select(key => (string)key!)],
            root["steps"]!.AsArray(),
            root["expect"]!.AsArray());
    }
}
