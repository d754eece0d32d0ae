using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>A glob that some units name in Conflicts= or Replaces=, known under a number.</summary>
internal sealed class NamePattern(string text, int id, long serial)
{
    public string Text { get; } = text;

    public int Id { get; } = id;

    /// <summary>Units that were made known before have not been compared with it yet.</summary>
    public long Serial { get; } = serial;

    /// <summary>How many units name it.</summary>
    public int Users { get; set; }

    public bool IsLiteral { get; } = UnitGlob.IsLiteral(text);

    /// <summary>What every name that it matches begins with.</summary>
    public string Prefix { get; } = PrefixOf(text);

    public bool Matches(string name) => IsLiteral ? name == Text : UnitGlob.IsMatch(Text, name);

    private static string PrefixOf(string text)
    {
        int special = text.AsSpan().IndexOfAny("*?[\\");
        return special < 0 ? text : text[..special];
    }
}
