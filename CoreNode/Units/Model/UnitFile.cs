namespace CoreNode.Units.Model;

/// <summary>A unit file as its options in order (systemd.syntax(7)); comments and empty lines are not kept. Immutable.</summary>
public sealed class UnitFile
{
    private UnitFile(IReadOnlyList<UnitOption> options) => Options = options;

    /// <summary>All options in the order of the text.</summary>
    public IReadOnlyList<UnitOption> Options { get; }

    /// <summary>The text in normal form, which the hash is taken of (fleet: A.3).</summary>
    public string Text => throw new NotImplementedException();

    /// <summary>SHA-1 of <see cref="Text"/>: 40 lower-case hex digits.</summary>
    public string Hash => throw new NotImplementedException();

    /// <summary>Reads a text; null with the problems where it cannot be taken.</summary>
    public static UnitFile? Parse(string text, out IReadOnlyList<UnitProblem> problems) =>
        throw new NotImplementedException();

    /// <summary>Of options, as the API gets them.</summary>
    public static UnitFile Of(IEnumerable<UnitOption> options) => new([.. options]);

    /// <summary>All values of one key, in order, after resets by an empty value.</summary>
    public IReadOnlyList<string> Values(string section, string name) => throw new NotImplementedException();
}
