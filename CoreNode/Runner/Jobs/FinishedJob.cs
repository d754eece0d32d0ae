namespace CoreNode.Runner.Jobs;

/// <summary>A job that is over.</summary>
/// <param name="Id">Of the job.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Result">done, failed, canceled, dependency (systemd's JobRemoved).</param>
/// <param name="Reason">For people; empty when done.</param>
internal sealed record FinishedJob(long Id, string Unit, string Result, string Reason);
