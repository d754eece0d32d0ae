using static CoreNode.Tests.Architecture.EventIdRules;

namespace CoreNode.Tests.Architecture;

/// <summary>Each tidy check finds its bad sample and lets the good one pass.</summary>
[TestFixture, Category("Unit")]
internal sealed class TidySampleTests
{
    private const string Wide = "// 456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
        + "123456789 123456789 123456789 123456789 1";

    private static IEnumerable<TestCaseData> Bad()
    {
        yield return Case("line length", "CoreNode/Kv/A.cs", Wide + "\n", ":1: 121 columns");
        yield return Case("line length", "docs/a.md", "a\n" + Wide + "\n", ":2: 121 columns");
        yield return Case("method length", "CoreNode/Kv/A.cs", Method(68), ":4: 71 lines in \"public int M(int a)\"");
        yield return Case("file length", "CoreNode/Kv/A.cs", new string('\n', 501), "501 lines");
        yield return Case("white space", "CoreNode/Kv/A.cs", "class A;\r\n", ":1: CR");
        yield return Case("white space", "CoreNode/Kv/A.cs", "class A; \n", ":1: space");
        yield return Case("white space", "packaging/a.sh", "a\n\tb\n", ":2: tab");
        yield return Case("white space", "docs/a.md", "a", ":1: no line end");
        yield return Case("banned words", "CoreNode/Kv/A.cs", "// FIX" + "ME later\n", ":1: \"FIX" + "ME\"");
        yield return Case("banned words", "CoreNode/Kv/A.cs", "var t = DateTime.Now;\n", "instead: TimeProvider");
        yield return Case("banned words", "CoreNode.Tests/Kv/A.cs", "\nThread.Sleep(1);\n", ":2: \"Thread.Sleep\"");
        yield return Case("banned words", "CoreNode/Api/A.cs", "async void A()\n", "instead: async Task");
        yield return Case("banned words", "CoreNode/Api/A.cs", "x = $\"{DateTime.Now}\";\n", "instead: TimeProvider");
        yield return Case("banned words", "CoreNode/Kv/A.cs", "unsafe { }\n", "instead: a safe span");
        yield return Case("suppressions", "CoreNode/Kv/A.cs", "#pragma warning disable CA1\n", "without a reason");
        yield return Case("suppressions", "CoreNode/Kv/A.cs", "[SuppressMessage(\"a\", \"b\")]\n", "Justification");
        yield return Case("dead code", "CoreNode/Kv/A.cs", "    // index = Next(index);\n", ":1: code in a comment");
        yield return Case("dead code", "CoreNode/Kv/A.cs", "    //Next(index);\n", ":1: code in a comment");
        yield return Case("dead code", "CoreNode/Kv/A.cs", "\n// if (index > 0)\n", ":2: code in a comment");
        yield return Case("file name", "CoreNode/Kv/A.cs", "class B\n{\n}\n", "no type A in it, but B");
        yield return Case("file name", "CoreNode/Kv/A.cs", "class A;\npublic enum B { C }\n", "B needs a file");
        yield return Case("summaries", "CoreNode/Kv/A.cs", "class B;\n[X(1)]\npublic class A;\n", ":2: the public");
        yield return Case("safety notes", "CoreNode/Platform/A.cs", "[LibraryImport(\"c\")]\n", ":1: unsafe or native");
        yield return Case("shell options", "packaging/a.sh", "#!/bin/sh\nset -e\n", "no \"set -eu\"");
    }

    private static IEnumerable<TestCaseData> Good()
    {
        yield return Case("line length", "CoreNode/Kv/A.cs", Wide[..120] + "\n");
        yield return Case("line length", "docs/a.md", "| " + Wide + "\n```\n" + Wide + "\n```\n");
        yield return Case("line length", "CoreNode.Tests/TestData/a.md", Wide + "\n");
        yield return Case("method length", "CoreNode/Kv/A.cs", Method(67));
        yield return Case("file length", "CoreNode/Kv/A.cs", new string('\n', 500));
        yield return Case("white space", "CoreNode/Kv/A.cs", "class A;\n");
        yield return Case("white space", "CoreNode.Tests/TestData/a.md", "a \t\r\n");
        yield return Case("banned words", "CoreNode/Kv/A.cs", "string s = \"FIX" + "ME DateTime.Now\"; // done\n");
        yield return Case("banned words", "CoreNode/Platform/A.cs", "unsafe { }\n");
        yield return Case("banned words", "CoreNode/Api/A.cs", "KeyResult r = outcome.Results[0];\n");
        yield return Case("suppressions", "CoreNode/Kv/A.cs", "#pragma warning disable CA1 // the reason\n");
        yield return Case("dead code", "CoreNode/Kv/A.cs", "    // It can neither follow (Raft 5.4.2) nor win;\n");
        yield return Case("file name", "CoreNode/Kv/A.Log.cs", "public partial class A\n{\n    public class B;\n}\n");
        yield return Case("file name", "CoreNode/Kv/A.Log.cs", "internal static class ALog\n{\n}\n");
        yield return Case("summaries", "CoreNode/Kv/A.Log.cs", "public partial class A\n{\n}\n");
        yield return Case("summaries", "CoreNode/Kv/A.cs", "/// <summary>a</summary>\n[X]\npublic class A\n{\n}\n");
        yield return Case("summaries", "CoreNode/Kv/A.cs", "internal class A\n{\n    public class B;\n}\n");
        yield return Case("safety notes", "CoreNode/Platform/A.cs", "// Safety: pinned.\nunsafe { }\n");
        yield return Case("shell options", "packaging/a.sh", "#!/bin/bash\nset -euo pipefail\n");
        yield return Case("shell options", "packaging/a.sh", "#!/bin/sh\nset -u # no -e: counts failures\n");
        yield return Case("shell options", "packaging/a.sh", "# Sourced by the others.\n");
    }

    [TestCaseSource(nameof(Bad))]
    public void A_bad_sample_is_found(string check, string path, string text, string complaint) =>
        Assert.That(Run(check, path, text), Has.Exactly(1).Contains(complaint).And.Exactly(1).StartsWith(path));

    [TestCaseSource(nameof(Good))]
    public void A_good_sample_passes(string check, string path, string text, string complaint)
    {
        Assert.That(complaint, Is.Empty);
        Assert.That(Run(check, path, text), Is.Empty);
    }

    [Test]
    public void Every_check_has_a_bad_sample()
    {
        string[] covered = [.. Bad().Select(c => (string)c.Arguments[0]!), "blob size"];
        Assert.That(covered, Is.SupersetOf(TidyChecks.All.Keys));
    }

    [Test]
    public void A_large_file_is_found() =>
        Assert.That(
            TidyChecks.BlobSize(new SourceFile("a.bin", "", TidyChecks.BlobLimitBytes + 1)),
            Has.Exactly(1).StartsWith("a.bin: 1048577 bytes"));

    [Test]
    public void Links_and_paths_of_a_document_are_checked()
    {
        SourceFile other = File("docs/b.md", "# Files on disk, really\n");
        SourceFile file = File(
            "docs/a.md",
            "[x](b.md) [x](b.md#files-on-disk-really) [x](https://a.example/b) `docs/b.md` `docs/decisions`\n"
            + "[x](c.md)\n[x](../docs/b.md#gone) `docs/gone.md`\n```\n[x](d.md)\n```\n");
        SourceFile[] files = [file, other, File("docs/decisions/1.md", "")];
        Dictionary<string, SourceFile> tree = files.ToDictionary(f => f.Path);
        Assert.That(
            MarkdownChecks.Links(file, tree),
            Is.EqualTo(new[] { "docs/a.md:2: c.md leads nowhere", "docs/a.md:3: ../docs/b.md#gone: no such heading" }));
        Assert.That(MarkdownChecks.Paths(file, tree), Is.EqualTo(new[] { "docs/a.md:3: there is no docs/gone.md" }));
    }

    [Test]
    public void Event_ids_outside_their_range_or_used_twice_are_found()
    {
        LogEvent[] events =
            [new("Wal", "Log.A", 1100), new("Wal", "Log.B", 1100), new("Wal", "Log.C", 1200), new("Odd", "Log.D", 1)];
        string[] found = [.. Violations(events, module => module == "Wal" ? 1100 : null)];
        Assert.That(found, Has.Length.EqualTo(3));
        Assert.That(found, Has.Some.Contains("1100 is used by Log.A and Log.B"));
        Assert.That(found, Has.Some.Contains("Log.C: event id 1200 is not in Wal's 1100…1199"));
        Assert.That(found, Has.Some.Contains("module Odd has no range"));
    }

    [Test]
    public void Ignore_patterns_mean_folders_endings_and_names()
    {
        string[] patterns = ["bin/", "*.swp", "core"];
        Assert.That(SourceTree.IsIgnored("bin", true, patterns));
        Assert.That(SourceTree.IsIgnored("bin", false, patterns), Is.False);
        Assert.That(SourceTree.IsIgnored("a.swp", false, patterns));
        Assert.That(SourceTree.IsIgnored("core", false, patterns));
        Assert.That(SourceTree.IsIgnored("cores", false, patterns), Is.False);
    }

    private static string[] Run(string check, string path, string text) => [.. TidyChecks.All[check](File(path, text))];

    private static SourceFile File(string path, string text) => new(path, text, text.Length);

    private static TestCaseData Case(string check, string path, string text, string complaint = "") =>
        new TestCaseData(check, path, text, complaint)
            .SetArgDisplayNames(check, path, complaint.Length == 0 ? text[..Math.Min(30, text.Length)] : complaint);

    private static string Method(int statements) =>
        "class A\n{\n    private readonly int[] _a = [1, 2];\n    public int M(int a)\n    {\n"
        + string.Concat(Enumerable.Repeat("        a++;\n", statements)) + "    }\n}\n";
}
