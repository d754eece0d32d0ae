using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Server.Books;

/// <summary>Events of the protocol that tell nothing. Pure.</summary>
internal static class Told
{
    /// <summary>
    /// True for what each check carries although nothing happened: "this boot runs what it ran before", its previous
    /// version having been told already.
    /// </summary>
    public static bool IsRoutine(OmahaEvent told) =>
        told is { Type: OmahaEventType.UpdateComplete, Result: OmahaEventResult.SuccessReboot }
        && string.IsNullOrEmpty(told.PreviousVersion);
}
