using System.Globalization;
using System.Runtime.CompilerServices;

namespace CoreNode.Updates.Payload;

/// <summary>Whether a release is for this machine. What it says is signed; who is asked fails closed.</summary>
public static class ReleaseRules
{
    /// <summary>Null when it may be taken.</summary>
    public static PayloadFault? Fault(ReleaseInfo? release, ReleaseExpectation machine)
    {
        if (release is null)
        {
            return new(
                PayloadErrorCode.ReleaseMissing,
                "the payload does not say which release it is: it was not made for CoreNode");
        }

        if (machine.Board.Length > 0 && release.Board.Length > 0 && release.Board != machine.Board)
        {
            return Refused(
                PayloadErrorCode.WrongBoard, release, $"is for {release.Board}, and this machine is {machine.Board}");
        }

        if (machine.AppId.Length > 0 && release.AppId.Length > 0 && !IsSameId(release.AppId, machine.AppId))
        {
            return Refused(
                PayloadErrorCode.WrongApplication,
                release,
                $"is of application {release.AppId}, and this machine runs {machine.AppId}");
        }

        if (release.MinimumCounter > machine.Counter && !machine.AllowsDowngrade)
        {
            return Refused(
                PayloadErrorCode.StepMissing,
                release,
                $"can be taken from release counter {release.MinimumCounter} on, and this machine is at "
                + $"{machine.Counter}: update to a release between first");
        }

        if (release.Counter < machine.Counter && !machine.AllowsDowngrade)
        {
            return Refused(
                PayloadErrorCode.Downgrade,
                release,
                $"has release counter {release.Counter}, and this machine was at {machine.Counter}: going back needs "
                + $"--allow-downgrade on the machine");
        }

        return release.Expiry != 0 && machine.UnixSeconds >= release.Expiry && !machine.AllowsDowngrade
            ? Refused(PayloadErrorCode.Expired, release, $"has expired on {Day(release.Expiry)}")
            : null;
    }

    // Some clients write the id in braces.
    private static bool IsSameId(string one, string other) =>
        one.Trim('{', '}').Equals(other.Trim('{', '}'), StringComparison.OrdinalIgnoreCase);

    private static string Day(ulong unixSeconds) => unixSeconds < 253_402_300_800
        ? DateTimeOffset.FromUnixTimeSeconds((long)unixSeconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : "a day beyond the calendar";

    private static PayloadFault Refused(
        PayloadErrorCode code, ReleaseInfo release, ref DefaultInterpolatedStringHandler why) =>
        new(code, $"release {release.Version} {why.ToStringAndClear()}");
}
