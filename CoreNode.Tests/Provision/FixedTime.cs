namespace CoreNode.Tests.Provision;

/// <summary>It is always the same moment, so that plans can be compared.</summary>
internal sealed class FixedTime : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);
}
