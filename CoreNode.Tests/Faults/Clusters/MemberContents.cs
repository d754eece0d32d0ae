using CoreNode.Tests.Histories;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>What members hold in the end, compared with each other and with what was committed.</summary>
internal static class MemberContents
{
    /// <summary>Fails unless every member holds the same keys with the same indexes.</summary>
    public static void ThrowUnlessSame(IReadOnlyList<StoreReading> readings)
    {
        StoreReading first = readings[0];
        for (int i = 1; i < readings.Count; i++)
        {
            StoreReading other = readings[i];
            if (other.StoreIndex != first.StoreIndex)
            {
                throw new AssertionException(
                    $"member {i + 1} is at {other.StoreIndex}, member 1 at {first.StoreIndex}");
            }
            foreach (string key in first.Keys.Keys.Union(other.Keys.Keys))
            {
                StoredKey? here = first.Keys.GetValueOrDefault(key);
                StoredKey? there = other.Keys.GetValueOrDefault(key);
                if (here != there)
                {
                    throw new AssertionException(
                        $"{key} is {Text(here)} at member 1 but {Text(there)} at member {i + 1}");
                }
            }
        }
    }

    /// <summary>Fails unless a member holds what the committed changes lead to, all of them known.</summary>
    public static void ThrowUnlessMadeBy(CommittedChanges committed, StoreReading reading)
    {
        Dictionary<string, WatchedChange> expected = [];
        foreach (WatchedChange change in committed.All)
        {
            if (change.IsRemoval)
                expected.Remove(change.Key);
            else
                expected[change.Key] = change;
        }
        foreach (string key in expected.Keys.Union(reading.Keys.Keys))
        {
            WatchedChange? last = expected.GetValueOrDefault(key);
            StoredKey? stored = reading.Keys.GetValueOrDefault(key);
            if (last?.Value != stored?.Value || last?.Index != (ulong?)stored?.ModifiedIndex)
                throw new AssertionException($"{key} is {Text(stored)}, but what happened to it last is {last}");
        }
    }

    private static string Text(StoredKey? key) => key?.ToString() ?? "absent";
}
