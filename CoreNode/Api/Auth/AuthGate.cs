using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Auth;

/// <summary>
/// Finds who a request comes from and what that one may do, as etcd 3.4 decides: a Basic header, else the client
/// certificate's common name where the listener asks for certificates, else the role guest. Credentials that are wrong
/// never fall back to anything. Ours is that a process which administers the machine, by the unix socket, counts as
/// root without a header. While auth is off all of this costs two reads and a comparison. Any thread.
/// </summary>
internal sealed class AuthGate : IAuthSwitch, IDisposable
{
    private readonly IKeyStore _store;
    private readonly CredentialCache _cache;
    private volatile AuthState _state;

    /// <summary>Over a store; no thread is started before the first password.</summary>
    public AuthGate(IKeyStore store, PasswordLimits limits, MetricRegistry metrics, TimeProvider time)
    {
        _store = store;
        Limits = limits;
        Passwords = new PasswordThread(limits);
        _cache = new CredentialCache(limits.MaxRemembered, time);
        _state = AuthState.Read(store.Current, null);
        Register(metrics);
    }

    /// <inheritdoc/>
    public bool IsEnabled => State.IsEnabled;

    /// <summary>Users and roles of the newest state of the store.</summary>
    public AuthState State
    {
        get
        {
            IKeyspace current = _store.Current;
            AuthState state = _state;
            return ReferenceEquals(state.Identity, current.SystemIdentity) ? state : Read(current);
        }
    }

    /// <summary>Where passwords are hashed.</summary>
    public PasswordThread Passwords { get; }

    /// <summary>Bounds of that.</summary>
    public PasswordLimits Limits { get; }

    /// <summary>What a request may do; null if its password has to be verified first.</summary>
    public AccessRights? Find(RequestContext context, AuthState state)
    {
        string? header = context.AuthorizationHeader;
        if (header is null)
            return WithoutHeader(context.Caller, context.Listener.AsksForCertificate, state);
        RememberedCredential? last = context.Remembered;
        if (last is not null && ReferenceEquals(last.Header, header) && ReferenceEquals(last.State, state))
            return last.Rights;
        AccessRights? rights = Find(header, state);
        if (rights is not null && rights != AccessRights.Nobody)
            context.Remembered = new RememberedCredential(header, state, rights);
        return rights;
    }

    /// <summary>What a header allows; null if its password has to be verified first.</summary>
    public AccessRights? Find(string header, AuthState state)
    {
        if (header.Length <= BasicCredential.MaxHeaderLength
            && _cache.TryFind(_cache.DigestOf(header), state, out AuthUser? user))
        {
            return user is null ? AccessRights.Nobody : state.RightsOf(user);
        }

        return BasicCredential.TryParse(header, out _) ? null : AccessRights.Nobody;
    }

    /// <summary>What a request without a header may do.</summary>
    public static AccessRights WithoutHeader(Caller caller, bool asksForCertificate, AuthState state)
    {
        if (caller.IsMachineAdmin)
            return AccessRights.Root;
        return asksForCertificate && caller.CertificateName is { } name && state.FindUser(name) is { } user
            ? state.RightsOf(user)
            : state.Guest;
    }

    /// <summary>
    /// Verifies a header's password, however long that takes, and gives what it allows; null if too many wait for that
    /// already.
    /// </summary>
    public async ValueTask<AccessRights?> VerifyAsync(string? header)
    {
        if (header is null || !BasicCredential.TryParse(header, out BasicCredential credential))
            return AccessRights.Nobody;
        CredentialDigest digest = _cache.DigestOf(header);
        AuthState state = State;
        AuthUser? user = state.FindUser(credential.User);
        if (Passwords.TryVerify(digest, credential, user) is not { } verification)
            return null;
        bool isRight = await verification;
        _cache.Add(digest, credential.User, user?.Version ?? 0, isRight);
        return isRight && user is not null ? state.RightsOf(user) : AccessRights.Nobody;
    }

    /// <inheritdoc/>
    public void Dispose() => Passwords.Dispose();

    private AuthState Read(IKeyspace current)
    {
        AuthState state = AuthState.Read(current, _state);
        _state = state;
        _cache.DropChanged(state);
        return state;
    }

    private void Register(MetricRegistry metrics)
    {
        metrics.Gauge(
            "corenode_auth_enabled", "1 while users must say who they are.", () => State.IsEnabled ? 1 : 0);
        metrics.Gauge(
            "corenode_auth_credentials_remembered", "Verified credentials that are remembered.", () => _cache.Count);
        metrics.Gauge(
            "corenode_auth_passwords_waiting", "Passwords that wait to be hashed or verified.",
            () => Passwords.Waiting);
        metrics.Counter(
            "corenode_auth_passwords_total", "Passwords that were hashed or verified.", () => Passwords.Done);
        metrics.Counter(
            "corenode_auth_passwords_refused_total", "Requests refused because too many passwords waited.",
            () => Passwords.Refused);
    }
}
