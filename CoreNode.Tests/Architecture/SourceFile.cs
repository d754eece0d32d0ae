namespace CoreNode.Tests.Architecture;

/// <summary>A file of the source tree.</summary>
/// <param name="Path">Relative to the top, with slashes.</param>
/// <param name="Text">Its content; empty for binary files.</param>
/// <param name="SizeBytes">Its length on disk.</param>
internal sealed record SourceFile(string Path, string Text, long SizeBytes)
{
    private readonly Lazy<CSharpText> _code = new(() => CSharpText.Of(Text));
    private readonly Lazy<IReadOnlyList<CSharpDeclaration>> _outline = new(() => CSharpOutline.Of(Text));

    /// <summary>The text without strings, as C#.</summary>
    public CSharpText Code => _code.Value;

    /// <summary>The declarations, as C#.</summary>
    public IReadOnlyList<CSharpDeclaration> Outline => _outline.Value;

    /// <summary>The lines without their ends.</summary>
    public IReadOnlyList<string> Lines { get; } = Text.Split('\n');

    /// <summary>C# of the product or its tests.</summary>
    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    /// <summary>C# of the product itself.</summary>
    public bool IsProductCode => IsCSharp && Path.StartsWith("CoreNode/", StringComparison.Ordinal);

    /// <summary>A document.</summary>
    public bool IsMarkdown => Path.EndsWith(".md", StringComparison.Ordinal);

    /// <summary>Run by sh or bash.</summary>
    public bool IsShell =>
        Path.EndsWith(".sh", StringComparison.Ordinal)
        || (Text.StartsWith("#!", StringComparison.Ordinal) && Lines[0].Contains("sh", StringComparison.Ordinal));

    /// <summary>Recorded input of tests, kept as it was recorded.</summary>
    public bool IsTestData => Path.Contains("/TestData/", StringComparison.Ordinal);
}
