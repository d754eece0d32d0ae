namespace CoreNode.Runner.Settings;

/// <summary>A condition about files that is asked before a start (systemd.unit(5), ConditionPathExists= …).</summary>
/// <param name="Kind">The directive without "Condition" or "Assert".</param>
/// <param name="Path">What it is about.</param>
/// <param name="IsNegated">Prefix `!`.</param>
/// <param name="IsTrigger">Prefix `|`: one of these has to hold.</param>
/// <param name="IsAssertion">The start fails without it, rather than being skipped.</param>
internal sealed record UnitCondition(string Kind, string Path, bool IsNegated, bool IsTrigger, bool IsAssertion);
