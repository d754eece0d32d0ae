using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>User data taken apart.</summary>
/// <param name="Parts">Its parts in their order; none: there is no user data.</param>
/// <param name="Findings">What is to be said about them; with an error in it nothing of it is applied.</param>
public sealed record UserDataParts(IReadOnlyList<UserDataPart> Parts, IReadOnlyList<Finding> Findings);
