using System.Text.RegularExpressions;

namespace CoreNode.Tests.Architecture;

/// <summary>Words that must not stand in code, with what to write in their place.</summary>
/// <param name="Pattern">Found in code and comments, not in strings.</param>
/// <param name="Instead">The replacement.</param>
/// <param name="ExceptIn">Beginnings of paths where it is allowed.</param>
internal sealed record BannedWord(Regex Pattern, string Instead, params string[] ExceptIn)
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<BannedWord> All =
    [
        new(new Regex(@"\b(FIXME|TODO|XXX)\b"), "do it now, or open an issue"),
        new(new Regex(@"\bDateTime(Offset)?\.Now\b"), "TimeProvider by constructor"),
        new(new Regex(@"\bThread\.Sleep\b"), "a timer of TimeProvider, a queue or an event"),
        new(new Regex(@"\basync void\b"), "async Task that its owner awaits"),
        new(
            new Regex(@"\bunsafe\b"), "a safe span, or Platform", "CoreNode/Platform/", "CoreNode/Systemd/",
            "CoreNode/Database/", "CoreNode/Boot/", "CoreNode.Tests/"),
        new(new Regex(@"#nullable disable"), "an annotation"),
    ];
}
