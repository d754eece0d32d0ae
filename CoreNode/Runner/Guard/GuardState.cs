namespace CoreNode.Runner.Guard;

/// <summary>
/// What a guard does when. Pure: told what to hold and who is connected, it says when to kill whom, and when to end.
/// Moments are of CLOCK_BOOTTIME.
/// </summary>
internal sealed class GuardState
{
    // What was started by a process that was held up between its last look at the clock and the start is found then.
    private static readonly TimeSpan s_closeLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_closeTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    // A supervisor that is started anew finds what was held.
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(5);

    private TimeSpan? _firedAt;
    private TimeSpan _lastLook;
    private TimeSpan _aloneSince;
    private bool _isConnected;

    /// <summary>What is held.</summary>
    public GuardMessage Held { get; private set; } = new(TimeSpan.Zero, []);

    /// <summary>True if units are held.</summary>
    public bool IsHolding => Held.Units.Count > 0;

    /// <summary>True once it has killed what it holds.</summary>
    public bool HasFired => _firedAt is not null;

    /// <summary>Holds this from now on.</summary>
    public void Hold(GuardMessage message)
    {
        Held = message;
        _firedAt = null;
    }

    /// <summary>A supervisor came or went. Its end changes nothing about what is held.</summary>
    public void Connected(bool isConnected, TimeSpan now)
    {
        _isConnected = isConnected;
        _aloneSince = now;
    }

    /// <summary>When to look at the clock again; null: when something happens.</summary>
    public TimeSpan? WakeAt
    {
        get
        {
            TimeSpan? end = _isConnected ? null : _aloneSince + s_linger;
            if (!IsHolding)
                return end;
            if (_firedAt is not { } fired)
                return Held.Deadline;
            return _lastLook + (_lastLook < fired + s_closeTime ? s_closeLook : s_look);
        }
    }

    /// <summary>True if everything that is held is to be killed now.</summary>
    public bool IsKillDue(TimeSpan now)
    {
        if (!IsHolding || now < Held.Deadline)
            return false;
        return _firedAt is null || now >= WakeAt;
    }

    /// <summary>It was killed.</summary>
    public void Killed(TimeSpan now)
    {
        _firedAt ??= now;
        _lastLook = now;
    }

    /// <summary>True if nobody needs it any more.</summary>
    public bool IsOver(TimeSpan now) =>
        !_isConnected && now >= _aloneSince + s_linger
        && (!IsHolding || (_firedAt is { } fired && now >= fired + s_linger));
}
