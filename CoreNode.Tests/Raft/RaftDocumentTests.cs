using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

[TestFixture, Category("Unit")]
internal sealed partial class RaftDocumentTests
{
    [Test]
    public void The_diagram_in_Raft_md_lists_exactly_the_legal_transitions()
    {
        string[] drawn = [.. Arrow().Matches(File.ReadAllText(DocumentPath())).Select(static match => match.Value)];
        string[] legal = [.. from a in Enum.GetValues<RaftRole>()
                             from b in Enum.GetValues<RaftRole>()
                             where RoleTransitions.IsLegal(a, b)
                             select $"{a} --> {b}"];
        Assert.That(drawn, Is.EquivalentTo(legal));
    }

    private static string DocumentPath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "CoreNode", "Raft", "Raft.md");

    [GeneratedRegex(@"\w+ --> \w+")]
    private static partial Regex Arrow();
}
