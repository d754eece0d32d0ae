using CoreNode.Foundation;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>Draws values for the parameters of /v2/keys, good and bad ones. Values are escaped for a form.</summary>
internal static class ParameterDraw
{
    /// <summary>All parameters that etcd reads: the columns of the coverage table.</summary>
    public static readonly string[] Names =
    [
        "value", "ttl", "dir", "recursive", "sorted", "wait", "waitIndex", "stream", "prevValue", "prevIndex",
        "prevExist", "quorum", "refresh", "noValueOnSuccess",
    ];

    private static readonly string[] Values =
    [
        "x", "x", "y", "y", "", "%3C%26%3E%22%5C", "%C3%A9%F0%9F%98%80", "%00%01%1f%7f%0A%0D%09", "%ff%c3",
        "%e2%80%a8%E2%80%A9", "a+b%2Bc", "a%3Db", new string('v', 3000), "%EF%BF%BD", "%ed%a0%80", "%08%0c/",
    ];

    private static readonly string[] TrueForms = ["true", "true", "true", "1", "t", "T", "TRUE", "True"];
    private static readonly string[] FalseForms = ["false", "false", "0", "f", "F", "FALSE", "False"];
    private static readonly string[] BadBooleans = ["x", "yes", "2", "tRUE", "true%20", "01", "%22true%22"];
    private static readonly string[] BadNumbers =
        ["x", "-1", "1.5", "18446744073709551616", "0x10", "%201", "1e3", "%2B1", "1_000", "%C2%B2"];
    private static readonly string[] LongTtls = ["1000", "5000", "100000", "0900"];

    // As nanoseconds they wrap around to a time before 2000, which set and create read as "permanent". Update and
    // compareAndSwap keep that time, and the key expires at the next tick: the scenario with short times compares that.
    private static readonly string[] WrappedTtls = ["9223372037", "9999999999"];

    /// <summary>True for the parameters that are read as a boolean.</summary>
    public static bool IsBoolean(string name) =>
        name is "dir" or "recursive" or "sorted" or "wait" or "stream" or "prevExist" or "quorum" or "refresh"
            or "noValueOnSuccess";

    /// <summary>A boolean in one of its good spellings.</summary>
    public static string Boolean(Prng prng, bool value)
    {
        string[] forms = value ? TrueForms : FalseForms;
        return forms[prng.Next(forms.Length)];
    }

    /// <summary>A value that the parameter's parser refuses; null when it takes anything.</summary>
    public static string? Bad(Prng prng, string name)
    {
        if (IsBoolean(name))
            return BadBooleans[prng.Next(BadBooleans.Length)];
        return name is "value" or "prevValue" ? null : BadNumbers[prng.Next(BadNumbers.Length)];
    }

    /// <summary>
    /// A time to live that does not run out while the sequence runs: short ones have a scenario of their own.
    /// </summary>
    public static string Ttl(Prng prng, Operation operation)
    {
        bool keepsWrappedTime = operation is Operation.Update or Operation.CompareAndSwap;
        string[] choice = !keepsWrappedTime && prng.Chance(0.2) ? WrappedTtls : LongTtls;
        return choice[prng.Next(choice.Length)];
    }

    /// <summary>A value of a small set, so that comparisons often succeed.</summary>
    public static string Value(Prng prng) => Values[prng.Next(Values.Length)];

    /// <summary>A value that is not empty.</summary>
    public static string SomeValue(Prng prng)
    {
        string value = Value(prng);
        return value.Length == 0 ? "x" : value;
    }

    /// <summary>The index that the key has now, one near it, or one that it never had.</summary>
    public static string PreviousIndex(Prng prng, KeyspaceHints hints, string key)
    {
        if (hints.ModifiedIndexOf(key) is { } known && prng.Chance(0.7))
            return $"{{+{known}}}";
        return prng.Next(4) switch
        {
            0 => "1",
            1 => "18446744073709551615",
            _ => $"{{+{Math.Max(0, hints.CurrentIndex - prng.Next(10))}}}",
        };
    }

    /// <summary>Mostly inside the window of history, now and then before it or in the future.</summary>
    public static string WaitIndex(Prng prng, KeyspaceHints hints) => prng.Next(20) switch
    {
        0 => "0",
        1 => "1",
        2 => "18446744073709551615",
        3 => $"{{+{hints.CurrentIndex + 1 + prng.Next(3)}}}",
        4 => $"{{+{1 + prng.Next((int)hints.CurrentIndex + 1)}}}",
        5 => $"{{+{Math.Max(1, hints.CurrentIndex - 999 + prng.Next(3) - 1)}}}",
        6 => "",
        _ => $"{{+{Math.Max(1, hints.CurrentIndex - prng.Next(30))}}}",
    };

    /// <summary>The value that the key has now, or another.</summary>
    public static string PreviousValue(Prng prng, KeyspaceHints hints, string key)
    {
        if (hints.ValueOf(key) is { Length: > 0 } known && prng.Chance(0.7))
            return Uri.EscapeDataString(known);
        return SomeValue(prng);
    }
}
