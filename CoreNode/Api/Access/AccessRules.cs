namespace CoreNode.Api.Access;

/// <summary>
/// Who may do what where, before users and roles are asked (docs/security.md, decision 0020). Pure: the same question
/// has the same answer, and nothing of the store is in it, so a refusal tells nothing about keys or users.
/// </summary>
internal static class AccessRules
{
    /// <summary>
    /// False for what anybody may do on any listener, as etcd's clients expect: such a request need not be judged.
    /// </summary>
    public static bool IsGuarded(Surface surface) => surface is Surface.WriteGuardedKeys or Surface.ChangeMembers
        or Surface.ChangeAuth or Surface.Snapshot or Surface.Admin;

    /// <summary>The rule that refuses the request; null if it is let in.</summary>
    public static AccessRule? Judge(in AccessQuestion question)
    {
        if (!IsGuarded(question.Surface))
            return null;
        return JudgePage(question)
            ?? (question.Surface == Surface.Admin ? JudgeAdmin(question) : JudgeStore(question));
    }

    /// <summary>True if the same request with a user's name and password would be let in to the users' rules.</summary>
    public static bool WouldUserHelp(AccessRule rule, in AccessQuestion question) =>
        rule == AccessRule.GuardedKeys && question.IsAuthOn;

    // Browsers send a page's requests with whatever the machine's user may do (loopback, certificates), and say whose
    // page it is with every request that changes something. What has no ancestor in etcd is also not read by a page
    // that calls 127.0.0.1 by a name of its own (DNS rebinding), which the Host header tells.
    private static AccessRule? JudgePage(in AccessQuestion question)
    {
        bool isOwn = question.Surface is Surface.Admin or Surface.Snapshot;
        if (question.Origin == PageOrigin.Foreign || (isOwn && question.Origin != PageOrigin.None))
            return AccessRule.WebPage;
        Listener listener = question.Listener;
        bool isRebindable = listener.IsLocal && !listener.IsTls && listener.Kind != ListenerKind.UnixSocket;
        return isOwn && isRebindable && !question.IsHostNeutral ? AccessRule.HostName : null;
    }

    private static AccessRule? JudgeStore(in AccessQuestion question)
    {
        if (!question.Listener.IsOpen || question.IsAdminInsecure)
            return null;

        // With auth on the users' rules decide. But etcd's gives guests all keys until somebody takes them away, and
        // turning auth on must not let more strangers in than there were before: guarded keys want a user.
        if (question.IsAuthOn && (question.HasCredentials || question.Surface != Surface.WriteGuardedKeys))
            return null;
        return question.Surface switch
        {
            Surface.WriteGuardedKeys => AccessRule.GuardedKeys,
            Surface.ChangeMembers => AccessRule.Members,
            Surface.ChangeAuth => AccessRule.Auth,
            Surface.Snapshot => AccessRule.Snapshot,
            _ => throw new ArgumentOutOfRangeException(nameof(question), question.Surface, "not guarded"),
        };
    }

    private static AccessRule? JudgeAdmin(in AccessQuestion question)
    {
        Listener listener = question.Listener;
        switch (listener.Kind)
        {
            case ListenerKind.UnixSocket:
                return question.Caller.IsMachineAdmin ? null : AccessRule.AdminProcess;
            case ListenerKind.Admin when listener.AsksForCertificate:
                return question.Caller.HasAdminCertificate ? null : AccessRule.AdminCertificate;
            case ListenerKind.Admin:
                // A node does not start with an open one unless it is told to; see NodeOptionsReader.
                return listener.IsOpen && !question.IsAdminInsecure ? AccessRule.AdminListener : null;
            case ListenerKind.Client:
                return AccessRule.AdminListener;
            default:
                throw new ArgumentOutOfRangeException(nameof(question), listener.Kind, "no such kind of listener");
        }
    }
}
