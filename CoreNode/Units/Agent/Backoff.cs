namespace CoreNode.Units.Agent;

/// <summary>
/// How long to wait after failures. Pure: what spreads the machines' and units' tries is made from the names, not from
/// chance, so that every run of a simulation is the same.
/// </summary>
public static class Backoff
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    /// <summary>The wait after that many failures in a row, for that unit.</summary>
    public static TimeSpan After(int failures, string unit)
    {
        int doublings = Math.Clamp(failures - 1, 0, 10);
        TimeSpan wait = s_first * (1 << doublings);
        return (wait < s_longest ? wait : s_longest) * (0.75 + (0.5 * Share(unit, failures)));
    }

    private static double Share(string unit, int failures)
    {
        unchecked
        {
            uint hash = 2166136261u ^ (uint)failures;
            foreach (char c in unit)
                hash = (hash ^ c) * 16777619u;
            return (hash >> 8) / (double)(1 << 24);
        }
    }
}
