using System.CommandLine;

namespace CoreNode.Cli.Keys;

/// <summary>Arguments that several commands on keys share.</summary>
internal static class KeyArguments
{
    public static Argument<string> Required(string description = "the key, such as /app/motd") =>
        new("KEY") { Description = description };

    public static TimeSpan? Ttl(ParseResult parsed, Option<ulong> ttl) =>
        parsed.GetValue(ttl) is > 0 and ulong seconds ? TimeSpan.FromSeconds((double)seconds) : null;
}
