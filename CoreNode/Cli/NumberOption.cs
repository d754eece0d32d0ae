using System.CommandLine;
using System.Globalization;

namespace CoreNode.Cli;

/// <summary>Options with numbers, whose mistakes are told in the user's words.</summary>
internal static class NumberOption
{
    /// <summary>More than this many seconds do not fit the store's nanosecond clock: etcd would make the key permanent.
    /// </summary>
    public const ulong LongestTtlSeconds = 9_223_372_036;

    // Dates of certificates end with the year 9999, and nobody means more than a century.
    private const ulong LongestDays = 36_500;

    /// <summary>An index of the store.</summary>
    public static Option<ulong> Index(string name, string description) =>
        Make(name, description, "INDEX", ulong.MaxValue, "an index, a whole number");

    /// <summary>A lifetime.</summary>
    public static Option<ulong> Ttl() =>
        Make("--ttl", "removed by itself after that many seconds; 0: stays", "S", LongestTtlSeconds, "whole seconds");

    /// <summary>How long a certificate is valid.</summary>
    public static Option<ulong> Days(string description) =>
        Make("--days", description, "N", LongestDays, "whole days");

    /// <summary>Any number up to a bound.</summary>
    public static Option<ulong> Count(string name, string description, ulong most = ulong.MaxValue) =>
        Make(name, description, "N", most, "a whole number");

    private static Option<ulong> Make(string name, string description, string helpName, ulong most, string kind) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
                    && value <= most)
                {
                    return value;
                }

                string limit = most == ulong.MaxValue ? "" : $" up to {most}";
                result.AddError($"{name} takes {kind}{limit}, not '{text}'");
                return 0;
            },
        };
}
