//! A pod template as Go prints its internal form: `{"labels":…,"Spec":{"Volumes":null,…}}`.
//!
//! A real server shows this form when it refuses a change of a Job's template. Called by
//! `job.rs`. Members that the tables below lack are printed as the client wrote them.

use serde_json::{Map, Value, json};

/// One internal type: its name, then its members in order as `GoName=jsonName:kind`. A kind is the
/// default (`n` null, `s` "", `i` 0, `b` false), or a type: `[T]` list, `*T` pointer, `T` value.
const TYPES: &[(&str, &str)] = &[
    (
        "PodSpec",
        "Volumes=volumes:[Volume] InitContainers=initContainers:[Container] Containers=containers:[Container] \
         EphemeralContainers=ephemeralContainers:n RestartPolicy=restartPolicy:s \
         TerminationGracePeriodSeconds=terminationGracePeriodSeconds:n ActiveDeadlineSeconds=activeDeadlineSeconds:n \
         DNSPolicy=dnsPolicy:s NodeSelector=nodeSelector:n ServiceAccountName=serviceAccountName:s \
         AutomountServiceAccountToken=automountServiceAccountToken:n NodeName=nodeName:s \
         SecurityContext=securityContext:*PodSecurityContext ImagePullSecrets=imagePullSecrets:[Reference] \
         Hostname=hostname:s Subdomain=subdomain:s SetHostnameAsFQDN=setHostnameAsFQDN:n Affinity=affinity:n \
         SchedulerName=schedulerName:s Tolerations=tolerations:[Toleration] HostAliases=hostAliases:n \
         PriorityClassName=priorityClassName:s Priority=priority:n PreemptionPolicy=preemptionPolicy:n \
         DNSConfig=dnsConfig:n ReadinessGates=readinessGates:n RuntimeClassName=runtimeClassName:n \
         Overhead=overhead:n EnableServiceLinks=enableServiceLinks:n \
         TopologySpreadConstraints=topologySpreadConstraints:n OS=os:n SchedulingGates=schedulingGates:n \
         ResourceClaims=resourceClaims:n Resources=resources:n HostnameOverride=hostnameOverride:n \
         SchedulingGroup=schedulingGroup:n",
    ),
    (
        "PodSecurityContext",
        "HostNetwork=hostNetwork:b HostPID=hostPID:b HostIPC=hostIPC:b ShareProcessNamespace=shareProcessNamespace:n \
         HostUsers=hostUsers:n SELinuxOptions=seLinuxOptions:n WindowsOptions=windowsOptions:n RunAsUser=runAsUser:n \
         RunAsGroup=runAsGroup:n RunAsNonRoot=runAsNonRoot:n SupplementalGroups=supplementalGroups:n \
         SupplementalGroupsPolicy=supplementalGroupsPolicy:n FSGroup=fsGroup:n \
         FSGroupChangePolicy=fsGroupChangePolicy:n Sysctls=sysctls:n SeccompProfile=seccompProfile:n \
         AppArmorProfile=appArmorProfile:n SELinuxChangePolicy=seLinuxChangePolicy:n",
    ),
    (
        "Container",
        "Name=name:s Image=image:s Command=command:n Args=args:n WorkingDir=workingDir:s Ports=ports:[Port] \
         EnvFrom=envFrom:[EnvFrom] Env=env:[Env] Resources=resources:Resources ResizePolicy=resizePolicy:n \
         RestartPolicy=restartPolicy:n RestartPolicyRules=restartPolicyRules:n VolumeMounts=volumeMounts:[Mount] \
         VolumeDevices=volumeDevices:n LivenessProbe=livenessProbe:*Probe ReadinessProbe=readinessProbe:*Probe \
         StartupProbe=startupProbe:*Probe Lifecycle=lifecycle:n TerminationMessagePath=terminationMessagePath:s \
         TerminationMessagePolicy=terminationMessagePolicy:s ImagePullPolicy=imagePullPolicy:s \
         SecurityContext=securityContext:n Stdin=stdin:b StdinOnce=stdinOnce:b TTY=tty:b",
    ),
    ("Resources", "Limits=limits:n Requests=requests:n Claims=claims:n"),
    ("Port", "Name=name:s HostPort=hostPort:i ContainerPort=containerPort:i Protocol=protocol:s HostIP=hostIP:s"),
    ("Env", "Name=name:s Value=value:s ValueFrom=valueFrom:*EnvSource"),
    (
        "EnvSource",
        "FieldRef=fieldRef:*FieldRef ResourceFieldRef=resourceFieldRef:n ConfigMapKeyRef=configMapKeyRef:*KeyRef \
         SecretKeyRef=secretKeyRef:*KeyRef FileKeyRef=fileKeyRef:n",
    ),
    ("FieldRef", "APIVersion=apiVersion:s FieldPath=fieldPath:s"),
    ("KeyRef", "Name=name:s Key=key:s Optional=optional:n"),
    ("EnvFrom", "Prefix=prefix:s ConfigMapRef=configMapRef:*Named SecretRef=secretRef:*Named"),
    ("Named", "Name=name:s Optional=optional:n"),
    ("Reference", "Name=name:s"),
    (
        "Mount",
        "Name=name:s ReadOnly=readOnly:b RecursiveReadOnly=recursiveReadOnly:n MountPath=mountPath:s \
         SubPath=subPath:s MountPropagation=mountPropagation:n SubPathExpr=subPathExpr:s",
    ),
    (
        "Probe",
        "Exec=exec:*Exec HTTPGet=httpGet:*HTTPGet TCPSocket=tcpSocket:*TCPSocket GRPC=grpc:n \
         InitialDelaySeconds=initialDelaySeconds:i TimeoutSeconds=timeoutSeconds:i PeriodSeconds=periodSeconds:i \
         SuccessThreshold=successThreshold:i FailureThreshold=failureThreshold:i \
         TerminationGracePeriodSeconds=terminationGracePeriodSeconds:n",
    ),
    ("Exec", "Command=command:n"),
    ("HTTPGet", "Path=path:s Port=port:i Host=host:s Scheme=scheme:s HTTPHeaders=httpHeaders:n"),
    ("TCPSocket", "Port=port:i Host=host:s"),
    ("Toleration", "Key=key:s Operator=operator:s Value=value:s Effect=effect:s TolerationSeconds=tolerationSeconds:n"),
    (
        "Volume",
        "Name=name:s HostPath=hostPath:*HostPath EmptyDir=emptyDir:*EmptyDir \
         GCEPersistentDisk=gcePersistentDisk:n AWSElasticBlockStore=awsElasticBlockStore:n GitRepo=gitRepo:n \
         Secret=secret:*SecretVolume NFS=nfs:n ISCSI=iscsi:n Glusterfs=glusterfs:n \
         PersistentVolumeClaim=persistentVolumeClaim:n RBD=rbd:n Quobyte=quobyte:n FlexVolume=flexVolume:n \
         Cinder=cinder:n CephFS=cephfs:n Flocker=flocker:n DownwardAPI=downwardAPI:n FC=fc:n AzureFile=azureFile:n \
         ConfigMap=configMap:*ConfigMapVolume VsphereVolume=vsphereVolume:n AzureDisk=azureDisk:n \
         PhotonPersistentDisk=photonPersistentDisk:n Projected=projected:n PortworxVolume=portworxVolume:n \
         ScaleIO=scaleIO:n StorageOS=storageos:n CSI=csi:n Ephemeral=ephemeral:n Image=image:n",
    ),
    ("HostPath", "Path=path:s Type=type:n"),
    ("EmptyDir", "Medium=medium:s SizeLimit=sizeLimit:n"),
    ("SecretVolume", "SecretName=secretName:s Items=items:[Item] DefaultMode=defaultMode:n Optional=optional:n"),
    ("ConfigMapVolume", "Name=name:s Items=items:[Item] DefaultMode=defaultMode:n Optional=optional:n"),
    ("Item", "Key=key:s Path=path:s Mode=mode:n"),
];

/// The internal form of a `PodTemplateSpec`.
pub(super) fn template(template: &Value) -> Value {
    let mut out = Map::new();
    if let Some(metadata) = template.get("metadata").and_then(Value::as_object) {
        out.extend(metadata.clone());
    }
    let mut spec = template.get("spec").cloned().unwrap_or_else(|| json!({}));
    // Inside, the host's namespaces are members of the security context.
    for key in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"] {
        if let Some(value) = spec.get(key).cloned()
            && spec["securityContext"].is_object()
        {
            spec["securityContext"][key] = value;
        }
    }
    out.insert("Spec".into(), shape("PodSpec", &spec));
    out.into()
}

fn shape(kind: &str, value: &Value) -> Value {
    let Some((_, members)) = TYPES.iter().find(|(name, _)| *name == kind) else { return value.clone() };
    let mut out = Map::new();
    for member in members.split_whitespace() {
        let Some((names, kind)) = member.split_once(':') else { continue };
        let Some((go_name, json_name)) = names.split_once('=') else { continue };
        out.insert(go_name.into(), member_of(kind, value.get(json_name).unwrap_or(&Value::Null)));
    }
    out.into()
}

fn member_of(kind: &str, value: &Value) -> Value {
    if let Some(of) = kind.strip_prefix('[').and_then(|k| k.strip_suffix(']')) {
        return match value.as_array() {
            Some(list) => list.iter().map(|item| shape(of, item)).collect(),
            None => Value::Null,
        };
    }
    if let Some(of) = kind.strip_prefix('*') {
        return if value.is_null() { Value::Null } else { shape(of, value) };
    }
    match (kind, value) {
        ("s", Value::Null) => "".into(),
        ("i", Value::Null) => 0.into(),
        ("b", Value::Null) => false.into(),
        ("s" | "i" | "b" | "n", value) => value.clone(),
        (of, value) => shape(of, value),
    }
}
