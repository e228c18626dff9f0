export { membership } from './membership.definition.js';
export { type MembershipSettings, membershipSettingsFrom, membershipVariables } from './membership.settings.js';
