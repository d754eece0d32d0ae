namespace CoreNode.Cli.Members;

/// <summary>A member's health as etcdctl cluster-health prints it.</summary>
internal static class HealthText
{
    /// <summary>A state in one word.</summary>
    public static string Name(HealthState state) => state switch
    {
        HealthState.Healthy => "healthy",
        HealthState.Unhealthy => "unhealthy",
        HealthState.Unreachable => "unreachable",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };

    /// <summary>Writes its lines; <paramref name="describe"/> words a failure.</summary>
    public static void Write(TextWriter output, MemberHealth one, Func<HealthFailure, string> describe)
    {
        string id = one.Member.Id;
        if (one.Member.ClientUrls.Count == 0)
        {
            output.WriteLine($"member {id} is unreachable: no available published client urls");
            return;
        }

        foreach (HealthFailure failure in one.Failures)
            output.WriteLine($"failed to check the health of member {id} on {failure.Url}: {describe(failure)}");
        output.WriteLine(one.State switch
        {
            HealthState.Healthy => $"member {id} is healthy: got healthy result from {one.Url}",
            HealthState.Unhealthy => $"member {id} is unhealthy: got unhealthy result from {one.Url}",
            _ => $"member {id} is unreachable: [{string.Join(' ', one.Member.ClientUrls)}] are all unreachable",
        });
    }
}
