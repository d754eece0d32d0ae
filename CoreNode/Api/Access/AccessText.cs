using CoreNode.Pki;

namespace CoreNode.Api.Access;

/// <summary>What a refused caller is told: which rule it was, and how to do it all the same.</summary>
internal static class AccessText
{
    private const string WhereToGo =
        "where nobody proves who they are: use the node's unix socket, a loopback address or https with client "
        + "certificates, or enable auth, or start the node with --insecure-admin";

    /// <summary>The rule's name in answers, logs and metrics.</summary>
    public static string Name(AccessRule rule) => rule switch
    {
        AccessRule.GuardedKeys => "guarded-keys",
        AccessRule.Members => "members",
        AccessRule.Auth => "auth",
        AccessRule.Snapshot => "snapshot",
        AccessRule.AdminListener => "admin-listener",
        AccessRule.AdminProcess => "admin-process",
        AccessRule.AdminCertificate => "admin-certificate",
        AccessRule.WebPage => "web-page",
        AccessRule.HostName => "host-name",
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "no such rule"),
    };

    /// <summary>One line for the caller.</summary>
    public static string Of(AccessRule rule, in AccessQuestion question)
    {
        string listener = question.Listener.Name;
        string reason = rule switch
        {
            AccessRule.GuardedKeys when AccessRules.WouldUserHelp(rule, question) =>
                $"keys below /_coreos.com and /coreos.com are not written through {listener} by guests: name a user "
                + "with its password (--user USER:PASSWORD)",
            AccessRule.GuardedKeys =>
                $"keys below /_coreos.com and /coreos.com are not written through {listener}, {WhereToGo}",
            AccessRule.Members => $"members are not changed through {listener}, {WhereToGo}",
            AccessRule.Auth => $"users and roles are not changed through {listener}, {WhereToGo}",
            AccessRule.Snapshot => $"backups are not read through {listener}, {WhereToGo}",
            AccessRule.AdminListener =>
                $"nothing is administered through {listener}: use the node's unix socket, or a listener of its "
                + "--listen-admin-urls",
            AccessRule.AdminProcess =>
                $"only root, the node's own user and the group corenode administer through {listener}: add the user "
                + "to that group (usermod -aG corenode USER) and log in again",
            AccessRule.AdminCertificate =>
                $"nothing is administered through {listener} with a client's or a member's certificate: use an "
                + $"administrator's (`corenode pki issue admin NAME`, O={CertificateKinds.Admins})",
            AccessRule.WebPage when question.Surface is Surface.Admin or Surface.Snapshot =>
                "web pages (requests with an Origin header) are not served this: use corenode or curl",
            AccessRule.WebPage =>
                "web pages (requests with an Origin header) may do this only if the node's --cors names their origin",
            AccessRule.HostName =>
                $"through {listener} this is asked for by its address or as localhost only, so that no web page comes "
                + "in by a name of its own",
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "no such rule"),
        };
        return $"{reason} (rule {Name(rule)}, docs/security.md)";
    }
}
