using System.Globalization;

namespace CoreNode.Updates.Lifecycle;

/// <summary>Which offers and which signed releases are taken. An offer is only looked at, never believed.</summary>
public static class ReleaseRules
{
    /// <summary>Why an offer is not taken; null: it is, until its metadata says otherwise.</summary>
    public static UpdateFailure? PassOver(
        UpdateState state, UpdateOffer offer, UpdateWish wish, UpdateSettings settings, DateTimeOffset now)
    {
        if (PinRefusal(state, offer.Version) is { } pinned)
            return pinned;
        if (offer.Version.Length > 0 && offer.Version == state.RunningVersion)
        {
            return new UpdateFailure(
                UpdateError.IgnoredPerPolicy, $"the server offers {offer.Version}, which runs already");
        }

        // Another payload of that version may be a newer release: its metadata will tell.
        if (Bad(state, offer.Version) is { IsRefused: true, Payload.Length: > 0 } bad
            && bad.Payload == offer.Sha256 && !wish.IsBadAccepted)
        {
            return KnownBad(bad);
        }

        if (wish.IsLookOnly)
        {
            string name = offer.Version.Length > 0 ? offer.Version : "an update";
            return new UpdateFailure(
                UpdateError.DeferredPerPolicy, $"{name} is there: \"corenode update now\" takes it");
        }

        if (state.Payload.IsResting(offer, settings, now) && !wish.IsInteractive)
        {
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"{offer.Version} rests until {state.Payload.BackoffUntil:u} after {state.Payload.Attempts} attempts: "
                + $"\"corenode update now\" tries at once");
            return new UpdateFailure(UpdateError.DeferredForBackoff, text);
        }

        return null;
    }

    /// <summary>Why a release, its signature verified, is not installed; null: it is.</summary>
    public static UpdateFailure? Refuse(
        UpdateState state, UpdateAttempt attempt, ReleaseFacts release, UpdateSettings settings, DateTimeOffset now)
    {
        UpdateOffer offer = attempt.Offer!;
        if (offer.Version.Length > 0 && offer.Version != release.Version)
        {
            return new UpdateFailure(
                UpdateError.ReleaseMismatch,
                $"the offer is called {offer.Version}, but what was signed is {release.Version}");
        }

        if (IsOther(release.Board, settings.Board))
        {
            return new UpdateFailure(
                UpdateError.WrongBoard, $"{release.Version} is for {release.Board}, this machine is {settings.Board}");
        }

        if (IsOther(release.AppId, settings.AppId))
        {
            return new UpdateFailure(
                UpdateError.WrongApplication,
                $"{release.Version} is of product {release.AppId}, this machine runs {settings.AppId}");
        }

        if (PinRefusal(state, release.Version) is { } pinned)
            return pinned;
        if (!attempt.Wish.IsDowngradeAllowed
            && (StepMissing(state, release) ?? Outdated(state, release, now)) is { } outOfOrder)
        {
            return outOfOrder;
        }

        bool isBad = Bad(state, release.Version) is { IsRefused: true } bad && release.Counter <= bad.Counter;
        return isBad && !attempt.Wish.IsBadAccepted ? KnownBad(Bad(state, release.Version)!) : null;
    }

    /// <summary>True if a version is allowed by a pin: the pin itself, or one that begins with it and a dot.</summary>
    public static bool IsPinned(string pin, string version) =>
        pin.Length == 0 || version == pin
        || (version.Length > pin.Length && version.StartsWith(pin, StringComparison.Ordinal)
            && (pin[^1] == '.' || version[pin.Length] == '.'));

    // A release may need what one before it has brought, such as another layout of the data.
    private static UpdateFailure? StepMissing(UpdateState state, ReleaseFacts release)
    {
        ulong running = state.Boot?.Counter ?? 0;
        if (release.MinimumCounter <= running)
            return null;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{release.Version} can be taken from release counter {release.MinimumCounter} on, and "
            + $"{state.RunningVersion} has {running}: update to a release between first");
        return new UpdateFailure(UpdateError.StepMissing, text);
    }

    private static UpdateFailure? Outdated(UpdateState state, ReleaseFacts release, DateTimeOffset now)
    {
        if (release.Expires is { } expires && now >= expires)
        {
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"{release.Version} was to be installed before {expires:u}, and this machine's clock says {now:u}: "
                + $"publish a newer one, or set the clock");
            return new UpdateFailure(UpdateError.ReleaseExpired, text);
        }

        ulong least = Math.Max(state.Boot?.Counter ?? 0, state.HighestCounter);
        if (release.Counter < least)
        {
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"{release.Version} has release counter {release.Counter}, and this machine takes none below {least}: "
                + $"publish a newer one, or take it by hand with --allow-downgrade");
            return new UpdateFailure(UpdateError.ReleaseOlder, text);
        }

        return release.IsOlderThanRunning && release.Counter == least
            ? new UpdateFailure(
                UpdateError.ReleaseOlder,
                $"{release.Version} is older than {state.RunningVersion}, which runs: take it by hand with "
                + "--allow-downgrade")
            : null;
    }

    private static UpdateFailure? PinRefusal(UpdateState state, string version) =>
        version.Length == 0 || IsPinned(state.Pin, version)
            ? null
            : new UpdateFailure(
                UpdateError.IgnoredPerPolicy,
                $"{version} is passed over because this machine is pinned to {state.Pin}: \"corenode update unpin\" "
                + "ends that");

    private static UpdateFailure KnownBad(BadVersion bad) => new(
        UpdateError.KnownBad,
        $"{bad.Version} went back here before ({bad.Why}): publish a newer one, or take it by hand with --accept-bad");

    private static BadVersion? Bad(UpdateState state, string version)
    {
        foreach (BadVersion bad in state.BadVersions)
        {
            if (bad.Version == version)
                return bad;
        }

        return null;
    }

    private static bool IsOther(string theirs, string ours) =>
        theirs.Length > 0 && ours.Length > 0
        && !string.Equals(theirs.Trim('{', '}'), ours.Trim('{', '}'), StringComparison.OrdinalIgnoreCase);
}
