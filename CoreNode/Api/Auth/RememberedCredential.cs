namespace CoreNode.Api.Auth;

/// <summary>
/// A connection's last credential: Kestrel gives the same string for a header that did not change from request to
/// request, so most requests of a kept connection need no hash. Valid for that very state of users and roles.
/// </summary>
internal sealed record RememberedCredential(string Header, AuthState State, AccessRights Rights);
