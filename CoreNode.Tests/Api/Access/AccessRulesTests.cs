using System.Net;
using System.Net.Sockets;
using CoreNode.Api;
using CoreNode.Api.Access;
using CoreNode.Pki;
using CoreNode.Platform;

namespace CoreNode.Tests.Api.Access;

/// <summary>The decider over everything that can be asked of it.</summary>
[TestFixture, Category("Unit")]
internal sealed class AccessRulesTests
{
    private static readonly IPEndPoint s_loopback = new(IPAddress.Loopback, 1);
    private static readonly IPEndPoint s_anywhere = new(IPAddress.Any, 1);

    private static readonly Listener[] s_listeners =
    [
        new(ListenerKind.UnixSocket, new UnixDomainSocketEndPoint("/s"), false, false),
        .. from kind in new[] { ListenerKind.Client, ListenerKind.Admin }
           from address in new[] { s_loopback, s_anywhere, new IPEndPoint(IPAddress.IPv6Loopback, 1) }
           from tls in new[] { (false, false), (true, false), (true, true) }
           select new Listener(kind, address, tls.Item1, tls.Item2),
    ];

    private static readonly Caller[] s_callers =
    [
        Caller.Unknown,
        Caller.MachineAdmin,
        new(false, "x"),
        new(false, "") { CertificateOrganisations = ["a company"] },
        new(false, "x") { CertificateOrganisations = [CertificateKinds.Clients] },
        new(false, "x") { CertificateOrganisations = [CertificateKinds.Members] },
        new(false, "x") { CertificateOrganisations = [CertificateKinds.Clients, CertificateKinds.Admins] },
    ];

    private static IEnumerable<AccessQuestion> Questions() =>
        from surface in Enum.GetValues<Surface>()
        from listener in s_listeners
        from caller in s_callers
        from isAuthOn in new[] { false, true }
        from hasUser in new[] { false, true }
        from isInsecure in new[] { false, true }
        from origin in Enum.GetValues<PageOrigin>()
        from isNeutral in new[] { false, true }
        select new AccessQuestion(
            surface, listener, caller, isAuthOn, hasUser, isInsecure, origin, isNeutral);

    [Test]
    public void Every_question_is_answered_as_the_naive_twin_answers_it()
    {
        int count = 0;
        foreach (AccessQuestion question in Questions())
        {
            Assert.That(AccessRules.Judge(question), Is.EqualTo(Naive(question)), question.ToString());
            count++;
        }

        Assert.That(count, Is.EqualTo(16 * 19 * 7 * 2 * 2 * 2 * 3 * 2));
    }

    [Test]
    public void Auth_and_the_insecure_flag_never_shut_anybody_out()
    {
        foreach (AccessQuestion question in Questions().Where(q => AccessRules.Judge(q) is null))
        {
            Assert.That(AccessRules.Judge(question with { IsAuthOn = true }), Is.Null, question.ToString());
            Assert.That(AccessRules.Judge(question with { IsAdminInsecure = true }), Is.Null, question.ToString());
            Assert.That(
                AccessRules.Judge(question with { Origin = PageOrigin.None, IsHostNeutral = true }), Is.Null,
                question.ToString());
        }
    }

    [Test]
    public void Nothing_is_administered_through_a_client_listener_or_by_a_page_whatever_else_holds()
    {
        AccessQuestion[] let =
            [.. Questions().Where(q => q.Surface == Surface.Admin && AccessRules.Judge(q) is null)];
        Assert.That(let, Is.Not.Empty);
        Assert.That(let.Select(q => q.Listener.Kind), Has.None.EqualTo(ListenerKind.Client));
        Assert.That(let.Select(q => q.Origin), Is.All.EqualTo(PageOrigin.None));
    }

    [Test]
    public void Every_rule_refuses_something_and_tells_how_to_go_on()
    {
        HashSet<AccessRule> seen = [];
        foreach (AccessQuestion question in Questions())
        {
            if (AccessRules.Judge(question) is not { } rule || !seen.Add(rule))
                continue;
            string text = AccessText.Of(rule, question);
            Assert.That(text, Does.EndWith($" (rule {AccessText.Name(rule)}, docs/security.md)").And.Not.Contain('\n'));
        }

        Assert.That(seen, Is.EquivalentTo(Enum.GetValues<AccessRule>()));
    }

    [TestCase(0u, 7u, new uint[0], true)]
    [TestCase(500u, 7u, new uint[0], true)]
    [TestCase(501u, 30u, new uint[0], true)]
    [TestCase(501u, 7u, new uint[] { 8, 30 }, true)]
    [TestCase(501u, 7u, new uint[] { 8, 31 }, false)]
    public void Root_the_nodes_user_and_the_group_administer_the_machine(
        uint user, uint group, uint[] groups, bool isAdmin)
    {
        PeerCredentials peer = new(user, group, groups);
        Assert.That(new MachineAdmins(500, 30).Identify(peer).IsMachineAdmin, Is.EqualTo(isAdmin));
        Assert.That(
            new MachineAdmins(500, null).Identify(peer).IsMachineAdmin, Is.EqualTo(user is 0 or 500),
            "where there is no group, none counts");
    }

    [Test]
    public void Who_is_not_known_administers_nothing() =>
        Assert.That(new MachineAdmins(500, 30).Identify(null), Is.EqualTo(Caller.Unknown));

    // The sentences of docs/security.md one after the other, with nothing shared between them.
    private static AccessRule? Naive(AccessQuestion q)
    {
        bool isUnix = q.Listener.Kind == ListenerKind.UnixSocket;
        bool isLoopback = !isUnix && !((IPEndPoint)q.Listener.EndPoint).Address.Equals(IPAddress.Any);
        bool isOpen = !isUnix && !isLoopback && !q.Listener.AsksForCertificate;
        bool isAdminsCertificate = q.Caller.CertificateOrganisations.Contains("corenode:admins");
        bool isOthersCertificate = q.Caller.CertificateName is null
            || q.Caller.CertificateOrganisations.Any(o => o is "corenode:clients" or "corenode:members");
        AccessRule? guardedBy = q.Surface switch
        {
            Surface.WriteGuardedKeys => AccessRule.GuardedKeys,
            Surface.ChangeMembers => AccessRule.Members,
            Surface.ChangeAuth => AccessRule.Auth,
            Surface.Snapshot => AccessRule.Snapshot,
            Surface.Admin => AccessRule.AdminListener,
            _ => null,
        };
        if (guardedBy is null)
            return null;
        if (q.Origin == PageOrigin.Foreign)
            return AccessRule.WebPage;
        if (q.Surface is Surface.Admin or Surface.Snapshot && q.Origin == PageOrigin.Named)
            return AccessRule.WebPage;
        if (q.Surface is Surface.Admin or Surface.Snapshot && isLoopback && !q.Listener.IsTls && !q.IsHostNeutral)
            return AccessRule.HostName;
        if (q.Surface == Surface.WriteGuardedKeys && q.IsAuthOn)
            return isOpen && !q.HasCredentials && !q.IsAdminInsecure ? guardedBy : null;
        if (q.Surface != Surface.Admin)
            return isOpen && !q.IsAuthOn && !q.IsAdminInsecure ? guardedBy : null;
        if (isUnix)
            return q.Caller.IsMachineAdmin ? null : AccessRule.AdminProcess;
        if (q.Listener.Kind == ListenerKind.Client)
            return AccessRule.AdminListener;
        if (q.Listener.AsksForCertificate)
            return !isAdminsCertificate && isOthersCertificate ? AccessRule.AdminCertificate : null;
        return isLoopback || q.IsAdminInsecure ? null : AccessRule.AdminListener;
    }
}
