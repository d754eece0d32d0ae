namespace CoreNode.Updates.Lifecycle;

/// <summary>What the checks found before the update.</summary>
internal static class HealthHistory
{
    /// <summary>What a check found then; null: it is not known.</summary>
    public static bool? Find(IReadOnlyList<HealthCheck>? before, string name)
    {
        foreach (HealthCheck check in before ?? [])
        {
            if (check.Name == name)
                return check.IsPassed;
        }

        return null;
    }
}
